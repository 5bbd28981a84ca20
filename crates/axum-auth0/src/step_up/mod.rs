//! Step-up authentication: what an action requires of the login, and what the ID token of the login proves (OpenID
//! Connect Core 1.0 §2 and §3.1.2.1, RFC 9470).

mod authentication;
mod required;
mod requirement;

pub use self::{
    authentication::Authentication,
    required::StepUpRequired,
    requirement::{StepUp, UnmetStepUp},
};
