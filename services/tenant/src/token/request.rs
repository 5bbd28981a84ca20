//! A validated token request.

use crate::{binding::Binding, store::grants::Grant};

/// The tokens to issue.
pub(super) struct TokenRequest<'a> {
    pub(super) grant: &'a Grant,
    /// The API of the access token; `None` if it is for `/userinfo` only.
    pub(super) audience: Option<&'a str>,
    /// The scopes that the application may receive. The permissions of the user can reduce them.
    pub(super) scopes: &'a [String],
    pub(super) nonce: Option<&'a str>,
    pub(super) refresh_token: Option<String>,
    /// `sub` of the claim `act` (RFC 8693 §4.1).
    pub(super) actor: Option<&'a str>,
    /// What the access token is bound to.
    pub(super) binding: &'a Binding,
}

impl TokenRequest<'_> {
    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }
}
