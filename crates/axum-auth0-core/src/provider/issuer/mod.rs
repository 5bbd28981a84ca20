//! The issuer identifier of a provider.

use std::fmt;

use url::Url;

use crate::http_client::{is_loopback, is_secure};

/// A provider's issuer identifier, as it appears in its tokens. Issuers are compared byte for byte.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Issuer {
    text: String,
    url: Url,
}

/// The reason why a text is not a valid issuer. Each message says what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssuerError {
    /// The text is empty.
    #[error("it is empty; write your tenant's domain, for example tenant.eu.auth0.com")]
    Empty,
    /// The text contains spaces or control characters.
    #[error("it contains spaces or control characters")]
    Characters,
    /// The URL has plain http and a host other than loopback.
    #[error("http is for this machine only (localhost, 127.0.0.1); write https://…")]
    Insecure,
    /// The scheme is neither http nor https.
    #[error("a provider's URL begins with https://")]
    Scheme,
    /// The URL has a query, a fragment, or a user name and password.
    #[error("an issuer has no query, no fragment and no user name")]
    Extra,
    /// The text is a domain followed by a path.
    #[error(
        "a domain has no slash; write the domain alone (tenant.eu.auth0.com) or the whole issuer URL (https://…)"
    )]
    HalfUrl,
    /// The text is neither a domain nor a URL.
    #[error("it is neither a domain (tenant.eu.auth0.com) nor an issuer URL (https://…)")]
    NotAHost,
}

impl Issuer {
    /// Parses the value of `AUTH0_DOMAIN`. A bare domain means the issuer `https://DOMAIN/`, with the trailing slash of
    /// Auth0's issuers. The issuer URL of another `OpenID` Provider is not changed. `http` is allowed on loopback only.
    ///
    /// # Errors
    /// [`IssuerError`] if the text is neither a domain nor an issuer URL.
    pub fn parse(domain_or_url: &str) -> Result<Self, IssuerError> {
        if domain_or_url.is_empty() {
            return Err(IssuerError::Empty);
        }
        // The URL parser removes some of these silently. The text would then differ from `iss` in tokens.
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
        // The URL parser converts the domain to lower case, as it is in tokens.
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
        // Also rejects an empty query or fragment.
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

    /// Returns the identifier, byte for byte as it appears in `iss`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the issuer as a URL, for its host and scheme. Do not compare it: parsing may have normalized it.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns whether the issuer has the form of Auth0's issuers, including custom domains: an origin with a trailing
    /// slash. Issuers of other providers have no trailing slash, or a path.
    pub fn has_auth0_form(&self) -> bool {
        self.url.path() == "/" && self.text.ends_with('/')
    }

    /// Returns whether the provider runs on loopback without TLS, as the local tenant does.
    pub fn is_local(&self) -> bool {
        self.url.scheme() == "http" && is_loopback(&self.url)
    }

    /// Returns the URL of the metadata:
    /// [OpenID Connect Discovery §4](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig).
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
