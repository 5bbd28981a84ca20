//! Typed access to the members of the metadata document.

use serde_json::{Map, Value};
use url::Url;

use crate::{
    http_client::is_secure,
    json,
    provider::{Issuer, ProviderError, internal_origin::InternalOrigin},
};

/// The members of a metadata document.
pub(super) struct Members<'a> {
    pub(super) document: Map<String, Value>,
    pub(super) issuer: &'a Issuer,
    pub(super) internal: &'a InternalOrigin,
}

impl Members<'_> {
    /// Checks that the issuer is exactly the configured one, because otherwise any host could publish metadata for any
    /// provider:
    /// [OpenID Connect Discovery §4.3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation).
    pub(super) fn check_issuer(&self) -> Result<(), ProviderError> {
        let found = match self.get("issuer") {
            Some(Value::String(found)) => found,
            Some(_) => return Err(ProviderError::Metadata("issuer is not a string")),
            None => return Err(ProviderError::Metadata("issuer is missing, null or empty")),
        };
        if found == self.issuer.as_str() {
            return Ok(());
        }
        let shown = found
            .chars()
            .filter(|character| !character.is_control())
            .take(200)
            .collect();
        Err(ProviderError::IssuerMismatch {
            configured: self.issuer.as_str().to_owned(),
            found: shown,
        })
    }

    /// Returns the members of an object in the document.
    pub(super) fn nested(&self, name: &str) -> Option<Self> {
        match self.get(name) {
            Some(Value::Object(document)) => Some(Self {
                document: document.clone(),
                issuer: self.issuer,
                internal: self.internal,
            }),
            _ => None,
        }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        json::member(&self.document, name)
    }

    /// Returns an endpoint that a login or an API needs. An unsafe URL is an error.
    pub(super) fn endpoint(
        &self,
        name: &str,
        problem: &'static str,
    ) -> Result<Option<Url>, ProviderError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => self
                .safe_url(text)
                .map(Some)
                .ok_or(ProviderError::Metadata(problem)),
            Some(_) => Err(ProviderError::Metadata(problem)),
        }
    }

    /// Returns an endpoint that this program sends requests to, at the internal origin if one is configured.
    pub(super) fn internal_endpoint(
        &self,
        name: &str,
        problem: &'static str,
    ) -> Result<Option<Url>, ProviderError> {
        match self.announced_internally(name) {
            Some(url) => Ok(Some(url)),
            None => Ok(self
                .endpoint(name, problem)?
                .map(|url| self.internal.of(url, self.issuer))),
        }
    }

    pub(super) fn optional_internal_endpoint(&self, name: &'static str) -> Option<Url> {
        self.announced_internally(name).or_else(|| {
            self.optional_endpoint(name)
                .map(|url| self.internal.of(url, self.issuer))
        })
    }

    /// Returns an endpoint that the metadata has at the internal origin. The configuration trusts that origin, also
    /// over plain http.
    fn announced_internally(&self, name: &str) -> Option<Url> {
        let url = Url::parse(self.get(name)?.as_str()?).ok()?;
        let is_plain =
            url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        (is_plain && self.internal.contains(&url)).then_some(url)
    }

    pub(super) fn optional_endpoint(&self, name: &'static str) -> Option<Url> {
        let text = self.get(name)?.as_str()?;
        let url = self.safe_url(text);
        if url.is_none() {
            tracing::warn!(
                endpoint = name,
                "the provider's metadata has an endpoint that is not an https URL: it is ignored"
            );
        }
        url
    }

    /// Returns a URL with https, or with http on loopback if the provider is local. A remote provider must not name a
    /// loopback host.
    fn safe_url(&self, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok()?;
        let allowed = is_secure(&url)
            && (url.scheme() == "https" || self.issuer.is_local())
            && url.fragment().is_none();
        allowed.then_some(url)
    }

    pub(super) fn list(&self, name: &str) -> Option<Vec<String>> {
        let items = self.get(name)?.as_array()?;
        Some(
            items
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        )
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Value::Bool(true)))
    }
}
