//! Server-only code: guards, responses, and the mapping of the engine's errors.

mod api_error;
mod functions;
mod guards;
mod token_error;

pub use crate::half::server::response::{
    is_plain_form, redirect_after_form, respond_with_data, see_other, set_status,
};
pub use functions::is_server_function;
pub use guards::{optional_user, require_user};

pub(crate) use guards::current_user;
