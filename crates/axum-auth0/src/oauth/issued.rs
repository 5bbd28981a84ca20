//! What a token response issued, to revoke it if nothing uses it.

use std::collections::BTreeSet;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use super::{lenient::string_member, token_response::TokenResponse};
use crate::jwt;

/// The tokens of a response, also of one that is refused. They are verified only as far as the rest of the response.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_field_names, reason = "the names of RFC 6749")]
pub(crate) struct Issued {
    pub(crate) access_token: Option<SecretString>,
    pub(crate) refresh_token: Option<SecretString>,
    id_token: Option<SecretString>,
}

impl Issued {
    /// Reads the members of a successful response.
    pub(super) fn of_members(members: &Map<String, Value>) -> Self {
        let secret = |name| string_member(members, name).map(SecretString::from);
        Self {
            access_token: secret("access_token"),
            refresh_token: secret("refresh_token"),
            id_token: secret("id_token"),
        }
    }

    pub(super) fn of_tokens(tokens: &TokenResponse) -> Self {
        let secret = |token: Option<&str>| token.map(SecretString::from);
        Self {
            access_token: secret(Some(&tokens.access_token)),
            refresh_token: secret(tokens.refresh_token.as_deref()),
            id_token: secret(tokens.id_token.as_deref()),
        }
    }

    /// Returns whether there is nothing to revoke.
    pub(crate) fn is_empty(&self) -> bool {
        self.access_token.is_none() && self.refresh_token.is_none()
    }

    /// Returns the subjects of the ID token and of the access token, neither of which has to be valid.
    pub(crate) fn unverified_subjects(&self) -> BTreeSet<String> {
        [&self.id_token, &self.access_token]
            .into_iter()
            .flatten()
            .filter_map(|token| {
                let claims = jwt::decode_unverified(token.expose_secret()).ok()?;
                let subject = claims.unverified().string("sub").ok().flatten();
                subject.map(str::to_owned)
            })
            .collect()
    }
}
