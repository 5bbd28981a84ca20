//! What a valid token says about its bearer.

/// The party on whose behalf a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal {
    /// A user, for whom the client acts.
    User,
    /// The client itself (client credentials). The subject is not a user.
    Client,
}

/// What a valid token says about its bearer.
#[derive(Debug)]
pub(super) struct TokenIdentity {
    pub(super) subject: String,
    pub(super) client: String,
    pub(super) principal: Principal,
    pub(super) scopes: Vec<String>,
    /// The claim that the scopes were read from.
    pub(super) scope_claim: Option<&'static str>,
    pub(super) expires_at: i64,
}
