//! The server's half: from the request at hand to a user, and from an error to an answer.

mod answer;
mod api_error;
mod functions;
pub(crate) mod half;
mod identity;
mod token_error;

pub use answer::{answer_data, answer_form, is_plain_form, see_other, set_status};
pub use functions::is_server_function;
pub use identity::{current_user_or_none, require_user};

pub(crate) use identity::answer_current_user;
