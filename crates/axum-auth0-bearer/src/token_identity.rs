//! The identity in a valid token.

use super::{claim_names::AuthorizationClaims, confirmation::Confirmation};

/// The party that a request is made on behalf of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal {
    /// A user. The client acts on the user's behalf.
    User,
    /// The client itself (client credentials). The subject is not a user.
    Client,
}

/// The identity in a valid token.
#[derive(Debug)]
pub(super) struct TokenIdentity {
    pub(super) subject: String,
    pub(super) client: String,
    pub(super) principal: Principal,
    pub(super) scopes: Vec<String>,
    /// The claim that the scopes were read from.
    pub(super) scope_claim: Option<&'static str>,
    pub(super) authorization: AuthorizationClaims,
    pub(super) expires_at: i64,
    pub(super) confirmation: Confirmation,
}
