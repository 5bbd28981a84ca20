//! The contract of a protected API, as assertions over HTTP: which tokens are accepted, the format of errors, and how the
//! process starts and stops. Each API passes its routes and scopes.

mod env;
mod program;
mod responses;
mod tokens;

pub use self::{
    env::{ApiTestEnv, JsonResponse, send},
    program::ApiProgram,
};

/// A route and the scope that it requires.
#[derive(Clone, Copy, Debug)]
pub struct ProtectedRoute<'a> {
    pub method: &'static str,
    pub path: &'a str,
    pub scope: &'static str,
    /// Scopes of the same user that do not suffice.
    pub other_scopes: &'static str,
}
