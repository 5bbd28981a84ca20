//! `/authorize`: the front channel of the code flow (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2).

mod audience;
mod authorization_details;
pub(crate) mod backchannel;
pub(crate) mod consent;
mod description;
pub(crate) mod endpoint;
pub(crate) mod enrollment;
mod error;
pub(crate) mod login;
pub(crate) mod one_click;
pub(crate) mod organization;
pub(crate) mod par;
mod pending_login;
mod prompt;
pub(crate) mod requested_acr;
mod required_factor;
mod response;
pub(crate) mod second_factor;
mod session_transfer;
pub(crate) mod sign_up;
mod validation;
