//! Finds and authenticates the application that a request names.

mod authentication;
mod lookup;

pub(crate) use self::{authentication::authenticate, lookup::find_application};
