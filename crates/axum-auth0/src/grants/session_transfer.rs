//! Session transfer tokens: a session at another site without another login.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::{http_client::is_secure, tokens::IssuedSessionTransfer};

/// The parameter of a login URL.
pub(crate) const SESSION_TRANSFER_PARAMETER: &str = "session_transfer_token";

/// A token that starts a session of its user at another site, once, within a minute (Auth0's Native to Web SSO).
///
/// Any browser that has it can log in as the user. It cannot be serialized, and `Debug` does not show it.
pub struct SessionTransferToken {
    token: SecretString,
    expires_at: i64,
}

impl SessionTransferToken {
    pub(crate) fn new(issued: IssuedSessionTransfer) -> Self {
        Self {
            token: issued.token.into(),
            expires_at: issued.expires_at,
        }
    }

    /// Returns the token itself.
    pub fn expose(&self) -> &str {
        self.token.expose_secret()
    }

    /// Returns when it expires, in seconds since 1970.
    pub fn expires_at(&self) -> i64 {
        self.expires_at
    }

    /// Returns `login_url`, the login route of the other site, with the token. Redirect the browser there at once.
    ///
    /// Use only a URL of the configuration. A URL of a request would let an attacker collect sessions of the user.
    ///
    /// # Errors
    ///
    /// If the URL is not one of https (or http on a loopback host), or has credentials.
    pub fn login_url(&self, login_url: &str) -> Result<Url, InvalidTransferUrl> {
        let mut url = Url::parse(login_url)
            .ok()
            .filter(is_secure)
            .ok_or(InvalidTransferUrl)?;
        let others: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| name != SESSION_TRANSFER_PARAMETER)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        url.query_pairs_mut()
            .clear()
            .extend_pairs(others)
            .append_pair(SESSION_TRANSFER_PARAMETER, self.expose());
        url.set_fragment(None);
        Ok(url)
    }
}

impl fmt::Debug for SessionTransferToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionTransferToken([redacted])")
    }
}

/// Error of [`SessionTransferToken::login_url`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the login URL of the other site must be an https URL without credentials")]
pub struct InvalidTransferUrl;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn token() -> SessionTransferToken {
        SessionTransferToken::new(IssuedSessionTransfer {
            token: "a+b&c".to_owned(),
            expires_at: 60,
        })
    }

    #[test]
    fn the_token_is_added_to_the_login_url_once() {
        for (given, expected) in [
            (
                "https://shop.example.com/auth/login",
                "https://shop.example.com/auth/login?session_transfer_token=a%2Bb%26c",
            ),
            (
                "https://shop.example.com/auth/login?returnTo=%2Fcart&session_transfer_token=old#x",
                "https://shop.example.com/auth/login?returnTo=%2Fcart&session_transfer_token=a%2Bb%26c",
            ),
            (
                "http://localhost:3000/auth/login",
                "http://localhost:3000/auth/login?session_transfer_token=a%2Bb%26c",
            ),
        ] {
            assert_eq!(token().login_url(given).unwrap().as_str(), expected);
        }
        assert!(!format!("{:?}", token()).contains("a+b"));
    }

    #[test]
    fn the_token_is_not_sent_in_clear_text_or_to_a_url_with_credentials() {
        for url in [
            "http://shop.example.com/auth/login",
            "https://user@shop.example.com/auth/login",
            "javascript:alert(1)",
            "/auth/login",
            "",
        ] {
            assert_eq!(token().login_url(url), Err(InvalidTransferUrl), "{url}");
        }
    }
}
