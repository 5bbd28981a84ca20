//! What a user may do: roles and permissions, according to the claims of the login, and scopes of access tokens.
//!
//! The claims are those of the ID token, so they are for display and for the pages of the site. An API decides by the access
//! token that it receives.

mod access_denied;
mod claim_names;
mod requirement;

pub use self::{
    access_denied::{AccessDenied, GrantKind, MissingGrant},
    requirement::Requirement,
};
pub(crate) use self::{claim_names::ClaimNames, requirement::Mode};
