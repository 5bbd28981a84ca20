//! Server-only code: guards, responses, and the mapping of the engine's errors.

mod access;
mod api_error;
mod functions;
mod guards;
mod organization;
pub(crate) mod request;
pub(crate) mod response;
mod session_data_error;
mod session_end_text;
pub(crate) mod step_up;
mod token_error;

pub use access::{require_access, require_permission, require_role, require_scope};
pub use axum_auth0;
pub use functions::is_server_function;
pub use guards::{optional_user, require_user};
pub use organization::{require_organization, switch_organization};
pub use response::{is_plain_form, redirect_after_form, respond_with_data, see_other, set_status};
pub use step_up::{require_acr, require_recent_auth, require_step_up};

pub(crate) use guards::current_user;
