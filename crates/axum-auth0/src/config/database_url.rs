//! The URL of a session store on a database server.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

/// The URL of a database server. It may contain a password, so `Debug` and `Display` show scheme, host, port and database only.
#[derive(Clone)]
pub struct DatabaseUrl {
    url: SecretString,
    shown: String,
}

impl DatabaseUrl {
    /// Returns `None` if the text is not a URL with a scheme that is followed by `//`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok().filter(Url::has_authority)?;
        let port = url.port().map(|port| format!(":{port}"));
        let shown = [
            url.scheme(),
            "://",
            url.host_str().unwrap_or_default(),
            port.as_deref().unwrap_or_default(),
            url.path(),
        ]
        .concat();
        Some(Self {
            url: text.to_owned().into(),
            shown,
        })
    }

    /// Returns the URL with its password.
    pub fn expose(&self) -> &str {
        self.url.expose_secret()
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({})", self.shown)
    }
}

impl PartialEq for DatabaseUrl {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for DatabaseUrl {}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn user_password_and_parameters_are_not_shown() {
        let text = "postgres://alice:planted@db.example:5433/site?password=planted&user=alice";
        let url = DatabaseUrl::parse(text).unwrap();
        assert_eq!(url.expose(), text);
        assert_eq!(url.to_string(), "postgres://db.example:5433/site");
        assert!(!format!("{url:?} {url:#?}").contains("planted"));
        assert!(!format!("{url:?}").contains("alice"));
    }

    #[test]
    fn a_text_without_a_server_is_refused() {
        for text in [
            "postgres",
            "postgres:",
            "postgres:site",
            "postgres://host:port/",
        ] {
            assert!(DatabaseUrl::parse(text).is_none(), "{text}");
        }
        assert!(DatabaseUrl::parse("postgres:///site?host=/run/postgresql").is_some());
    }
}
