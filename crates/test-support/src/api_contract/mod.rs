//! The contract of a protected API, checked over HTTP with tokens of a provider that publishes its keys: who is let in, what
//! an error looks like, and how the program starts and stops. Each API names its routes and scopes.

mod env;
mod program;
mod responses;
mod tokens;

pub use self::{
    env::{ApiTestEnv, JsonResponse, send},
    program::ApiProgram,
};

/// A route, and the scope that it requires.
#[derive(Clone, Copy, Debug)]
pub struct ProtectedRoute<'a> {
    pub method: &'static str,
    pub path: &'a str,
    pub scope: &'static str,
    /// Scopes of the same user that do not suffice.
    pub other_scopes: &'static str,
}
