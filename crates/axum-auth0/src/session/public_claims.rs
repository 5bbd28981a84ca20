//! The claims that pages may contain.

use serde_json::{Map, Value};

use super::SignedInUser;

/// Claims that pages contain by default (OpenID Connect Core 1.0 §5.1).
const STANDARD: [&str; 8] = [
    "sub",
    "name",
    "nickname",
    "given_name",
    "family_name",
    "picture",
    "email",
    "email_verified",
];

impl SignedInUser {
    /// Returns the roles that pages may contain: those of the user, if `AUTH0_ROLES_CLAIM` is set.
    pub fn public_roles(&self) -> Vec<&str> {
        let names = &self.services.claim_names;
        names.roles.as_ref().map_or_else(Vec::new, |_| self.roles())
    }

    /// Returns the permissions that pages may contain: those of the user, if `AUTH0_PERMISSIONS_CLAIM` is set.
    pub fn public_permissions(&self) -> Vec<&str> {
        let names = &self.services.claim_names;
        let configured = names.permissions.as_ref();
        configured.map_or_else(Vec::new, |_| self.permissions())
    }

    /// Returns the claims that pages may contain: `sub`, `name`, `nickname`, `given_name`, `family_name`, `picture`,
    /// `email`, `email_verified`, and those of [`Auth0Builder::public_claims`](crate::Auth0Builder::public_claims). A
    /// claim that the user does not have is missing.
    pub fn public_claims(&self) -> Map<String, Value> {
        let further = self.services.public_claims.iter().map(String::as_str);
        let mut claims: Map<_, _> = STANDARD
            .into_iter()
            .chain(further)
            .filter_map(|name| Some((name.to_owned(), self.claims.get(name)?.clone())))
            .collect();
        claims.insert("sub".to_owned(), self.subject().into());
        claims
    }
}
