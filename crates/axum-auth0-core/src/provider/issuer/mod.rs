//! Who the provider is.

use std::fmt;

use url::Url;

use crate::http_client::{is_loopback, is_secure};

/// A provider's issuer identifier, as it appears in its tokens. Two issuers are the same if their bytes are.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Issuer {
    text: String,
    url: Url,
}

/// Why a text names no provider. Each message says what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssuerError {
    /// Nothing there.
    #[error("it is empty; write your tenant's domain, for example tenant.eu.auth0.com")]
    Empty,
    /// Spaces or control characters.
    #[error("it contains spaces or control characters")]
    Characters,
    /// Plain http to another machine.
    #[error("http is for this machine only (localhost, 127.0.0.1); write https://…")]
    Insecure,
    /// A scheme that is not http or https.
    #[error("a provider's URL begins with https://")]
    Scheme,
    /// A query, a fragment, or a user name and password.
    #[error("an issuer has no query, no fragment and no user name")]
    Extra,
    /// A domain with a path behind it: half a URL.
    #[error(
        "a domain has no slash; write the domain alone (tenant.eu.auth0.com) or the whole issuer URL (https://…)"
    )]
    HalfUrl,
    /// Not a domain and not a URL.
    #[error("it is neither a domain (tenant.eu.auth0.com) nor an issuer URL (https://…)")]
    NotAHost,
}

impl Issuer {
    /// Reads what `AUTH0_DOMAIN` holds: a bare domain, which means the issuer `https://DOMAIN/` with the slash that Auth0's issuers end in;
    /// or the issuer URL of any other `OpenID` Provider, kept as it is written. `http` is for this machine only.
    ///
    /// # Errors
    /// [`IssuerError`] says what is wrong and what to write instead.
    pub fn parse(domain_or_url: &str) -> Result<Self, IssuerError> {
        if domain_or_url.is_empty() {
            return Err(IssuerError::Empty);
        }
        // The URL parser would drop some of these silently, and the text would no longer be what the tokens say.
        if domain_or_url
            .chars()
            .any(|character| character.is_whitespace() || character.is_control())
        {
            return Err(IssuerError::Characters);
        }
        if domain_or_url.contains("://") {
            Self::from_url(domain_or_url)
        } else {
            Self::from_domain(domain_or_url)
        }
    }

    fn from_domain(domain: &str) -> Result<Self, IssuerError> {
        if domain.contains(['/', '\\']) {
            return Err(IssuerError::HalfUrl);
        }
        if domain.contains(['?', '#', '@']) {
            return Err(IssuerError::Extra);
        }
        let url = Url::parse(&format!("https://{domain}/")).map_err(|_| IssuerError::NotAHost)?;
        // In lower case, as providers write it.
        Ok(Self {
            text: url.to_string(),
            url,
        })
    }

    fn from_url(text: &str) -> Result<Self, IssuerError> {
        if !text.starts_with("https://") && !text.starts_with("http://") {
            return Err(IssuerError::Scheme);
        }
        let url = Url::parse(text).map_err(|_| IssuerError::NotAHost)?;
        // Also an empty query or fragment, which the parser keeps apart from none.
        if text.contains(['?', '#']) || !url.username().is_empty() || url.password().is_some() {
            return Err(IssuerError::Extra);
        }
        if !is_secure(&url) {
            return Err(IssuerError::Insecure);
        }
        Ok(Self {
            text: text.to_owned(),
            url,
        })
    }

    /// The identifier, byte for byte as it appears in `iss`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The issuer as a URL, for its host and scheme. Not for comparisons: parsing may have changed its spelling.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Whether it is written as Auth0 writes its issuers, custom domains included: an origin with a slash behind it.
    /// Other providers have no slash there, or a path.
    pub fn has_auth0_form(&self) -> bool {
        self.url.path() == "/" && self.text.ends_with('/')
    }

    /// Whether the provider runs on this machine without TLS, as the local tenant does.
    pub fn is_local(&self) -> bool {
        self.url.scheme() == "http" && is_loopback(&self.url)
    }

    /// Where its metadata is: [OpenID Connect Discovery §4](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig).
    pub(super) fn discovery_url(&self) -> Url {
        let mut url = self.url.clone();
        let path = url.path();
        let path = path.strip_suffix('/').unwrap_or(path);
        url.set_path(&format!("{path}/.well-known/openid-configuration"));
        url
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Issuer({})", self.text)
    }
}

#[cfg(test)]
mod tests;
