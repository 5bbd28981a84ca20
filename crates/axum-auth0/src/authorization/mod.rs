//! What a user may do, according to the claims of the login: roles and permissions.
//!
//! The claims are those of the ID token, so they are for display and for the pages of the site. An API decides by the access
//! token that it receives.

mod access_denied;
mod claim_names;
mod requirement;

pub(crate) use self::claim_names::ClaimNames;
pub use self::{
    access_denied::{AccessDenied, GrantKind, MissingGrant},
    requirement::Requirement,
};
