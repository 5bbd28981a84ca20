//! The metadata of the API as a protected resource (RFC 9728).

use std::sync::Arc;

use axum_auth0_core::http_client::is_secure;
use serde_json::{Map, Value, json};
use url::Url;

use super::{dpop::Dpop, verifier_error::VerifierError};

/// The path of the metadata ([RFC 9728 §3](https://www.rfc-editor.org/rfc/rfc9728#section-3)).
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The metadata of the API as a protected resource ([RFC 9728](https://www.rfc-editor.org/rfc/rfc9728)). A client that
/// knows only the URL of the API learns from it where to get a token: every 401 and 403 has its address in
/// `resource_metadata`.
///
/// [`Verifier::metadata_router`](super::Verifier::metadata_router) serves it.
///
/// ```
/// use axum::Router;
/// use axum_auth0_bearer::{ResourceMetadata, Verifier, VerifierError};
///
/// fn router() -> Result<Router, VerifierError> {
///     let metadata = ResourceMetadata::new("https://api.example.com/products")?
///         .scopes_supported(["read:products", "write:products"])
///         .resource_name("Products API");
///     let verifier = Verifier::new("tenant.eu.auth0.com", "https://api.example.com/products")?
///         .resource_metadata(metadata);
///     // https://api.example.com/.well-known/oauth-protected-resource/products
///     Ok(verifier.metadata_router())
/// }
/// # assert!(router().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceMetadata {
    /// As configured: clients compare it with the URL that they know.
    resource: String,
    url: Url,
    scopes: Vec<String>,
    name: Option<String>,
    documentation: Option<String>,
    certificate_bound_tokens: bool,
}

impl ResourceMetadata {
    /// Creates the metadata of the API at `resource`, its public URL: what clients call it by, also if a reverse proxy
    /// is in front of it. The URL is never taken from a request, whose `Host` the sender chooses.
    ///
    /// Clients request tokens for this URL ([RFC 8707](https://www.rfc-editor.org/rfc/rfc8707)), so it should be the
    /// audience of the [`Verifier`](super::Verifier) as well.
    ///
    /// # Errors
    /// [`VerifierError::ResourceUrl`] if the URL is not an `https` URL (or one with `http` on loopback), or has a
    /// fragment, user information, or a path that cannot be a route.
    pub fn new(resource: impl Into<String>) -> Result<Self, VerifierError> {
        let resource = resource.into();
        let url = Url::parse(&resource).map_err(|_| VerifierError::ResourceUrl("not a URL"))?;
        if !is_secure(&url) {
            let problem = "not secure: only https URLs are allowed, and http ones on loopback";
            return Err(VerifierError::ResourceUrl(problem));
        }
        if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            let problem = "not an identifier, because it has a fragment or user information";
            return Err(VerifierError::ResourceUrl(problem));
        }
        // The router would read them as parameters.
        let is_parameter = |segment: &str| segment.starts_with([':', '*']);
        if url.path().split('/').any(is_parameter) || url.path().contains(['{', '}']) {
            let problem = "not a route, because a path segment starts with : or * or has braces";
            return Err(VerifierError::ResourceUrl(problem));
        }
        Ok(Self {
            resource,
            url,
            scopes: Vec::new(),
            name: None,
            documentation: None,
            certificate_bound_tokens: false,
        })
    }

    /// Sets the scopes that a client can request for this API.
    #[must_use]
    pub fn scopes_supported<S: Into<String>>(
        mut self,
        scopes: impl IntoIterator<Item = S>,
    ) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the name of the API that clients may show to users.
    #[must_use]
    pub fn resource_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the URL of a page for developers of clients.
    #[must_use]
    pub fn resource_documentation(mut self, url: impl Into<String>) -> Self {
        self.documentation = Some(url.into());
        self
    }

    /// Says that the API accepts access tokens that are bound to a client certificate
    /// (`tls_client_certificate_bound_access_tokens`): what terminates TLS provides
    /// [`ClientCertificate`](super::ClientCertificate).
    #[must_use]
    pub fn tls_client_certificate_bound_access_tokens(mut self) -> Self {
        self.certificate_bound_tokens = true;
        self
    }

    /// Returns the URL of the API.
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// Returns the path of the metadata: the well-known path, followed by the path of the API
    /// ([RFC 9728 §3.1](https://www.rfc-editor.org/rfc/rfc9728#section-3.1)).
    pub fn path(&self) -> String {
        match self.url.path() {
            "/" => WELL_KNOWN.to_owned(),
            path => format!("{WELL_KNOWN}{path}"),
        }
    }

    /// Returns the URL of the metadata.
    pub(super) fn metadata_url(&self) -> Arc<str> {
        let mut url = self.url.clone();
        url.set_path(&self.path());
        url.as_str().into()
    }

    /// Returns the document, with what the API says about `DPoP`. Members without a value are omitted, as RFC 9728 §3.2
    /// requires.
    pub(super) fn document(&self, issuers: &[&str], dpop: Option<&Dpop>) -> Value {
        let mut document = Map::from_iter([
            ("resource".to_owned(), json!(self.resource)),
            ("authorization_servers".to_owned(), json!(issuers)),
            ("bearer_methods_supported".to_owned(), json!(["header"])),
        ]);
        if !self.scopes.is_empty() {
            document.insert("scopes_supported".to_owned(), json!(self.scopes));
        }
        if let Some(dpop) = dpop {
            let algorithms = json!(dpop.algorithm_names());
            document.insert("dpop_signing_alg_values_supported".to_owned(), algorithms);
        }
        for (name, is_so) in [
            (
                "dpop_bound_access_tokens_required",
                dpop.is_some_and(Dpop::is_required),
            ),
            (
                "tls_client_certificate_bound_access_tokens",
                self.certificate_bound_tokens,
            ),
        ] {
            if is_so {
                document.insert(name.to_owned(), json!(true));
            }
        }
        for (name, value) in [
            ("resource_name", &self.name),
            ("resource_documentation", &self.documentation),
        ] {
            if let Some(value) = value {
                document.insert(name.to_owned(), json!(value));
            }
        }
        Value::Object(document)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_the_api_follows_the_well_known_path() {
        for (resource, url) in [
            (
                "https://api.example.com",
                "https://api.example.com/.well-known/oauth-protected-resource",
            ),
            (
                "https://api.example.com/",
                "https://api.example.com/.well-known/oauth-protected-resource",
            ),
            (
                "https://api.example.com:8443/v1/products",
                "https://api.example.com:8443/.well-known/oauth-protected-resource/v1/products",
            ),
            (
                "https://api.example.com/v1/",
                "https://api.example.com/.well-known/oauth-protected-resource/v1/",
            ),
            (
                "https://api.example.com/v1?tenant=a",
                "https://api.example.com/.well-known/oauth-protected-resource/v1?tenant=a",
            ),
            (
                "http://127.0.0.1:4001",
                "http://127.0.0.1:4001/.well-known/oauth-protected-resource",
            ),
        ] {
            let metadata = ResourceMetadata::new(resource).unwrap();
            assert_eq!(metadata.metadata_url().as_ref(), url);
            assert_eq!(metadata.document(&[], None)["resource"], resource);
        }
    }

    #[test]
    fn members_without_a_value_are_omitted() {
        let metadata = ResourceMetadata::new("https://api.example.com").unwrap();
        assert_eq!(
            metadata.document(&["https://issuer.example.com/"], None),
            json!({
                "resource": "https://api.example.com",
                "authorization_servers": ["https://issuer.example.com/"],
                "bearer_methods_supported": ["header"],
            })
        );
    }

    #[test]
    fn a_url_that_cannot_identify_an_api_is_an_error() {
        for resource in [
            "",
            "api",
            "/products",
            "http://api.example.com",
            "ftp://api.example.com",
            "urn:example:api",
            "https://api.example.com/#products",
            "https://user@api.example.com/",
            "https://api.example.com/:id",
            "https://api.example.com/v1/*rest",
        ] {
            let error = ResourceMetadata::new(resource);
            assert!(
                matches!(error, Err(VerifierError::ResourceUrl(_))),
                "{resource}"
            );
        }
    }
}
