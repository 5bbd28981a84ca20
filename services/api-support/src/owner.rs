//! The owner of rows.

use axum_auth0_bearer::VerifiedToken;

/// The user whose rows a request reads or writes. A subject is unique at its issuer only.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'token> {
    /// `iss` of the access token.
    pub issuer: &'token str,
    /// `sub` of the access token.
    pub subject: &'token str,
}

impl<'token> Owner<'token> {
    /// Returns the user of an access token.
    pub fn of(token: &'token VerifiedToken) -> Self {
        Self {
            issuer: token.issuer(),
            subject: token.subject(),
        }
    }
}
