//! What an access token is bound to.

use super::cached_token::CachedToken;
use crate::{dpop::DpopKey, jwt};

/// What an access token is bound to (`cnf`, RFC 7800).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenBinding {
    /// Nothing: a bearer token (RFC 6750), which anyone who has it can use.
    Bearer,
    /// A key (`jkt`, RFC 9449 §6.1).
    Key {
        /// The thumbprint of the public key.
        thumbprint: String,
        /// Whether it is the key of this login. Another one cannot be used here.
        is_of_login: bool,
    },
    /// A client certificate (`x5t#S256`, RFC 8705 §3.1).
    Certificate {
        /// The thumbprint of the certificate.
        thumbprint: String,
        /// Whether it is the certificate of this application.
        is_of_application: bool,
    },
    /// Something else, or an opaque token that only the provider can read.
    Unknown,
}

impl TokenBinding {
    /// Returns the binding of `cached`, a token of the login with `key`. `certificate` is the thumbprint of the certificate of this
    /// application.
    pub(super) fn of(
        cached: &CachedToken,
        key: Option<&DpopKey>,
        certificate: Option<&str>,
    ) -> Self {
        let of_key = |thumbprint: &str| Self::Key {
            thumbprint: thumbprint.to_owned(),
            is_of_login: key.is_some_and(|key| key.thumbprint() == thumbprint),
        };
        let Ok(claims) = jwt::decode_unverified(&cached.token) else {
            return match &cached.dpop_key {
                Some(key) => of_key(key.thumbprint()),
                None => Self::Unknown,
            };
        };
        let Some(confirmation) = claims.unverified().as_map().get("cnf") else {
            return Self::Bearer;
        };
        let member = |name| confirmation.get(name).and_then(serde_json::Value::as_str);
        match (member("jkt"), member("x5t#S256")) {
            (Some(thumbprint), _) => of_key(thumbprint),
            (None, Some(thumbprint)) => Self::Certificate {
                thumbprint: thumbprint.to_owned(),
                is_of_application: certificate == Some(thumbprint),
            },
            (None, None) => Self::Unknown,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::{Value, json};

    use super::*;
    use crate::tokens::fixtures::cached;

    /// Returns the binding of a token that has this `cnf`, in a login with `key`.
    fn binding(confirmation: Option<&Value>, key: Option<&DpopKey>) -> TokenBinding {
        let mut claims = json!({ "iss": "https://tenant.example.com/" });
        if let Some(confirmation) = confirmation {
            claims["cnf"] = confirmation.clone();
        }
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let token = format!(
            "{}.{}.c2ln",
            encode(&json!({ "alg": "RS256" })),
            encode(&claims)
        );
        TokenBinding::of(&cached(&token), key, None)
    }

    fn opaque(key: Option<&DpopKey>) -> CachedToken {
        CachedToken {
            dpop_key: key.cloned(),
            ..cached("opaque")
        }
    }

    #[test]
    fn a_key_is_that_of_the_login_only_if_its_thumbprint_is() {
        let (own, other) = (DpopKey::generate().unwrap(), DpopKey::generate().unwrap());
        let of = |key: &DpopKey, is_of_login| TokenBinding::Key {
            thumbprint: key.thumbprint().to_owned(),
            is_of_login,
        };
        let confirmation = json!({ "jkt": own.thumbprint() });
        assert_eq!(binding(Some(&confirmation), Some(&own)), of(&own, true));
        assert_eq!(binding(Some(&confirmation), Some(&other)), of(&own, false));
        assert_eq!(binding(Some(&confirmation), None), of(&own, false));
        let found = TokenBinding::of(&opaque(Some(&own)), Some(&own), None);
        assert_eq!(found, of(&own, true));
    }

    #[test]
    fn a_token_without_cnf_is_a_bearer_token_and_one_with_another_cnf_is_not() {
        assert_eq!(binding(None, None), TokenBinding::Bearer);
        for confirmation in [
            json!({}),
            json!({ "jkt": 7 }),
            json!("text"),
            json!({ "kid": "a" }),
        ] {
            assert_eq!(binding(Some(&confirmation), None), TokenBinding::Unknown);
        }
        // This application has no certificate.
        assert_eq!(
            binding(Some(&json!({ "x5t#S256": "print" })), None),
            TokenBinding::Certificate {
                thumbprint: "print".to_owned(),
                is_of_application: false,
            }
        );
        let found = TokenBinding::of(&opaque(None), None, None);
        assert_eq!(found, TokenBinding::Unknown);
    }
}
