//! The claim `cnf` (RFC 7800): the key that a token is bound to.

use axum_auth0_core::jwt::Claims;
use serde_json::Value;

use super::{error_kind::BearerErrorKind, rejection::Rejection};

/// What the sender of a token has to possess. A token with both members needs both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Confirmation {
    /// `jkt`: the thumbprint of a key ([RFC 9449 §6](https://www.rfc-editor.org/rfc/rfc9449#section-6)).
    pub(super) key: Option<String>,
    /// `x5t#S256`: the hash of a client certificate
    /// ([RFC 8705 §3](https://www.rfc-editor.org/rfc/rfc8705#section-3)).
    pub(super) certificate: Option<String>,
}

impl Confirmation {
    /// Reads the claim. A method of confirmation that this crate does not know cannot be checked, so its tokens are refused.
    pub(super) fn of(claims: &Claims) -> Result<Self, Rejection> {
        let unknown = || {
            let problem = "is there, with a method that this API cannot check";
            Rejection::claim(BearerErrorKind::SenderConstrained, "cnf", problem)
        };
        let mut confirmation = Self::default();
        if !claims.has("cnf") {
            return Ok(confirmation);
        }
        let members = claims.get("cnf").and_then(Value::as_object);
        let members = members
            .filter(|members| !members.is_empty())
            .ok_or_else(unknown)?;
        for (name, value) in members {
            let text = value.as_str().filter(|text| !text.is_empty());
            match (name.as_str(), text) {
                ("jkt", Some(text)) => confirmation.key = Some(text.to_owned()),
                ("x5t#S256", Some(text)) => confirmation.certificate = Some(text.to_owned()),
                _ => return Err(unknown()),
            }
        }
        Ok(confirmation)
    }

    /// Returns whether the token is bound to something, so that it is no bearer token.
    pub(super) fn is_bound(&self) -> bool {
        self.key.is_some() || self.certificate.is_some()
    }
}
