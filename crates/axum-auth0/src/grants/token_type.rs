//! Types of tokens in an exchange.

use std::{borrow::Cow, fmt};

use url::Url;

use crate::oauth::{ACCESS_TOKEN_TYPE, ID_TOKEN_TYPE, REFRESH_TOKEN_TYPE};

/// Length of a type of the application's own, in bytes, as at Auth0.
const MIN_LENGTH: usize = 10;
const MAX_LENGTH: usize = 100;

/// The prefixes that no application may use for a type of its own, as at Auth0.
const RESERVED_NAMES: [&str; 3] = ["urn:ietf:", "urn:auth0:", "urn:okta:"];
const RESERVED_HOSTS: [&str; 2] = ["auth0.com", "okta.com"];

/// The type of a token that is exchanged (RFC 8693 §3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenType(Cow<'static, str>);

impl TokenType {
    /// An access token of the provider.
    pub const ACCESS_TOKEN: Self = Self(Cow::Borrowed(ACCESS_TOKEN_TYPE));
    /// A refresh token of the provider.
    pub const REFRESH_TOKEN: Self = Self(Cow::Borrowed(REFRESH_TOKEN_TYPE));
    /// An ID token.
    pub const ID_TOKEN: Self = Self(Cow::Borrowed(ID_TOKEN_TYPE));
    /// A JWT of another issuer.
    pub const JWT: Self = Self(Cow::Borrowed("urn:ietf:params:oauth:token-type:jwt"));
    /// A SAML 2.0 assertion.
    pub const SAML2: Self = Self(Cow::Borrowed("urn:ietf:params:oauth:token-type:saml2"));

    /// Returns a type of the application's own: a URI of 10 to 100 characters that is not reserved. At Auth0, it is that of
    /// a Custom Token Exchange profile.
    ///
    /// ```
    /// use axum_auth0::TokenType;
    ///
    /// assert!(TokenType::custom("urn:example:legacy-session").is_ok());
    /// assert!(TokenType::custom("urn:ietf:params:oauth:token-type:jwt").is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// If it is not such a URI.
    pub fn custom(uri: &str) -> Result<Self, InvalidTokenType> {
        if !(MIN_LENGTH..=MAX_LENGTH).contains(&uri.len()) {
            return Err(InvalidTokenType::Length);
        }
        let is_printable = |c: char| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c);
        let url = Url::parse(uri)
            .ok()
            .filter(|_| uri.chars().all(is_printable));
        let Some(url) = url.filter(|url| matches!(url.scheme(), "urn" | "https" | "http")) else {
            return Err(InvalidTokenType::Uri);
        };
        let lower = uri.to_ascii_lowercase();
        let is_reserved_host = |host: &str| {
            RESERVED_HOSTS
                .iter()
                .any(|reserved| host == *reserved || host.ends_with(&format!(".{reserved}")))
        };
        if RESERVED_NAMES
            .iter()
            .any(|prefix| lower.starts_with(prefix))
            || url.host_str().is_some_and(is_reserved_host)
        {
            return Err(InvalidTokenType::Reserved);
        }
        Ok(Self(Cow::Owned(uri.to_owned())))
    }

    /// Returns the URI.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TokenType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Error of [`TokenType::custom`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTokenType {
    /// It is too short or too long.
    #[error("a token type has 10 to 100 characters")]
    Length,
    /// It is not a URI with the scheme `urn`, `https` or `http`.
    #[error("a token type is a URI with the scheme urn, https or http")]
    Uri,
    /// It is reserved by the IETF, Auth0 or Okta.
    #[error("the token type is in a reserved namespace")]
    Reserved,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_custom_type_is_a_uri_of_10_to_100_characters() {
        for uri in [
            "urn:a:bcde",
            "https://example.com/legacy",
            "http://acme.com/t",
            "urn:acme:auth0.com",
        ] {
            assert_eq!(
                TokenType::custom(uri).map(|kind| kind.to_string()),
                Ok(uri.to_owned())
            );
        }
        let long = format!("urn:{}", "a".repeat(96));
        assert!(TokenType::custom(&long).is_ok());
        assert_eq!(
            TokenType::custom(&format!("{long}a")),
            Err(InvalidTokenType::Length)
        );
        for short in ["", "urn:a:bcd"] {
            assert_eq!(TokenType::custom(short), Err(InvalidTokenType::Length));
        }
        for other in [
            "legacy-token",
            "urn:example:a b",
            "ftp://example.com/x",
            "urn:example:\u{e4}",
            "//example.com/token",
        ] {
            assert_eq!(
                TokenType::custom(other),
                Err(InvalidTokenType::Uri),
                "{other}"
            );
        }
    }

    #[test]
    fn reserved_types_are_refused_however_they_are_written() {
        for reserved in [
            "urn:ietf:params:oauth:token-type:access_token",
            "URN:IETF:params:x",
            "urn:auth0:params",
            "urn:okta:token",
            "https://auth0.com/token",
            "HTTP://AUTH0.COM/token",
            "https://tenant.eu.auth0.com/token",
            "https://user@okta.com/x",
        ] {
            assert_eq!(
                TokenType::custom(reserved),
                Err(InvalidTokenType::Reserved),
                "{reserved}"
            );
        }
    }
}
