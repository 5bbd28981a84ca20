//! What an access token is bound to (RFC 9449, RFC 8705).

use serde_json::{Map, Value, json};

/// What an access token is bound to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Binding {
    /// A bearer token.
    #[default]
    None,
    /// The key with this thumbprint (`DPoP`).
    Key(String),
    /// The client certificate with this thumbprint.
    Certificate(String),
}

impl Binding {
    /// Returns the binding of an access token with these claims.
    pub(crate) fn of_claims(claims: &Map<String, Value>) -> Self {
        let confirmation = claims.get("cnf");
        let member = |name| confirmation.and_then(|cnf| cnf.get(name)?.as_str());
        match (member("jkt"), member("x5t#S256")) {
            (Some(key), _) => Self::Key(key.to_owned()),
            (None, Some(certificate)) => Self::Certificate(certificate.to_owned()),
            (None, None) => Self::None,
        }
    }

    /// Returns the claim `cnf` (RFC 9449 §6.1, RFC 8705 §3.1).
    pub(crate) fn confirmation(&self) -> Option<Value> {
        match self {
            Self::None => None,
            Self::Key(thumbprint) => Some(json!({ "jkt": thumbprint })),
            Self::Certificate(thumbprint) => Some(json!({ "x5t#S256": thumbprint })),
        }
    }

    /// Returns `token_type`. A token that is bound to a certificate is presented as a bearer token (RFC 8705 §3).
    pub(crate) fn token_type(&self) -> &'static str {
        match self {
            Self::Key(_) => "DPoP",
            Self::None | Self::Certificate(_) => "Bearer",
        }
    }

    /// Returns the thumbprint of the key.
    pub(crate) fn key(&self) -> Option<&str> {
        match self {
            Self::Key(thumbprint) => Some(thumbprint),
            Self::None | Self::Certificate(_) => None,
        }
    }

    /// Returns words for the activity log.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Key(thumbprint) => format!(" bound to the key {thumbprint} (DPoP)"),
            Self::Certificate(thumbprint) => {
                format!(" bound to the client certificate {thumbprint} (mutual TLS)")
            }
        }
    }
}
