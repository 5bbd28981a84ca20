//! Security headers on every response.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use axum_auth0::Auth0;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use leptos::nonce::Nonce;

/// Default headers for responses that do not set them (OWASP ASVS 5, V3.4).
const FIXED: &[(&str, &str)] = &[
    // Cacheable responses override this.
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    // Not `no-referrer`, because browsers would then send `Origin: null` with plain forms.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// State of the layer.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    auth0: Auth0,
    /// The port of cargo-leptos's live reload, in watch mode.
    reload: Option<u32>,
}

impl Policy {
    pub(crate) fn new(auth0: Auth0, reload: Option<u32>) -> Self {
        Self { auth0, reload }
    }

    /// Returns the Content Security Policy of one response.
    ///
    /// `form-action` includes the provider, because browsers apply it to the redirect that answers the logout form.
    fn content_security_policy(&self, nonce: &str) -> String {
        let form_action = self.auth0.form_action();
        let reload = self
            .reload
            .map(|port| format!(" ws://127.0.0.1:{port} ws://localhost:{port}"))
            .unwrap_or_default();
        format!(
            "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
             img-src 'self' https: data:; font-src 'self'; connect-src 'self'{reload}; manifest-src 'self'; \
             form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
        )
    }
}

/// Sets the headers. The renderer receives the nonce of this response as a request extension.
pub(crate) async fn secure(
    State(policy): State<Policy>,
    mut request: Request,
    next: Next,
) -> Response {
    let nonce = Nonce::new();
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    let leads_on = response.status().is_redirection() || response.status() == StatusCode::CREATED;
    let headers = response.headers_mut();
    if !leads_on {
        // leptos_axum copies the Referer of any site to Location if a server function is opened as a page.
        headers.remove(header::LOCATION);
    }
    for (name, value) in FIXED {
        set_default(headers, HeaderName::from_static(name), value);
    }
    if policy.auth0.config().is_https() {
        set_default(
            headers,
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000; includeSubDomains",
        );
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(value) = HeaderValue::from_str(&policy.content_security_policy(&nonce))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, value);
    }
    response
}

fn set_default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers
        .entry(name)
        .or_insert(HeaderValue::from_static(value));
}
