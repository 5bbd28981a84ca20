//! The route that serves the API's metadata.

use axum::{Router, body::Bytes, http::StatusCode, routing::get};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    CACHE_CONTROL, CONTENT_TYPE,
};

use super::verifier::Verifier;

impl Verifier {
    /// Returns a router that serves the metadata of [`Verifier::resource_metadata`] at
    /// `/.well-known/oauth-protected-resource`, followed by the path of the API. It belongs at the root of the host: merge
    /// it, do not nest it. Scripts of any origin can read the document, since it is public.
    ///
    /// The router has no routes if the verifier has no metadata.
    pub fn metadata_router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let Some((path, document)) = self.metadata_document() else {
            return Router::new();
        };
        let document = Bytes::from(document);
        let document = async move || {
            let headers = [
                (CONTENT_TYPE, "application/json"),
                (CACHE_CONTROL, "public, max-age=300"),
                (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            ];
            (headers, document)
        };
        let preflight = async || {
            let headers = [
                (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
                (ACCESS_CONTROL_ALLOW_METHODS, "GET"),
                (ACCESS_CONTROL_ALLOW_HEADERS, "*"),
            ];
            (StatusCode::NO_CONTENT, headers)
        };
        Router::new().route(&path, get(document).options(preflight))
    }

    /// Returns path and text of the metadata.
    fn metadata_document(&self) -> Option<(String, String)> {
        let metadata = self.0.metadata.as_ref()?;
        let mut issuers = Vec::new();
        for trusted in self.0.issuers() {
            let issuer = trusted.provider.issuer().as_str();
            if !issuers.contains(&issuer) {
                issuers.push(issuer);
            }
        }
        let document = metadata.document(&issuers, self.0.dpop.as_ref());
        Some((metadata.path(), document.to_string()))
    }
}
