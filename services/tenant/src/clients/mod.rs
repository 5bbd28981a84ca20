//! Finds and authenticates the application that a request names.

mod assertion;
mod authentication;
mod certificate;
mod lookup;
pub(crate) mod request_object;
mod signed_jwt;

pub(crate) use self::{authentication::authenticate, lookup::find_application};
