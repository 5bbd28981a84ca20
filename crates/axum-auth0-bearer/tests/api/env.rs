//! An API with a fake provider.

use std::sync::Arc;

use axum::{Router, body::Body};
use axum_auth0_bearer::{BearerErrorKind, VerifiedToken, Verifier, clock::MockClock};
use http::{HeaderMap, Request, StatusCode, header::AUTHORIZATION};
use serde_json::{Value, json};
use test_support::{FakeProvider, NOW, Signer};
use tower::ServiceExt as _;

pub(crate) const API: &str = "https://products.example.com";

/// A provider, and a verifier of its access tokens.
pub(crate) struct TestEnv {
    pub(crate) fake: FakeProvider,
    pub(crate) signer: Signer,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) verifier: Verifier,
}

/// A response whose body is JSON, or null.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn challenge(&self) -> &str {
        self.header("www-authenticate")
    }
}

impl TestEnv {
    pub(crate) async fn new() -> Self {
        Self::with_signer(Signer::es256("key", 1)).await
    }

    pub(crate) async fn with_signer(signer: Signer) -> Self {
        let fake = FakeProvider::publishing(&[&signer]).await;
        let (provider, clock) = fake.client();
        let verifier = Verifier::with_provider(provider, API);
        Self {
            fake,
            signer,
            clock,
            verifier,
        }
    }

    /// The claims of a token of Alice as Auth0 issues it, changed: `null` removes one.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers write json!({…}) in place"
    )]
    pub(crate) fn claims(&self, changes: Value) -> Value {
        let mut claims = json!({
            "iss": self.fake.issuer(), "sub": "auth0|alice", "aud": API, "azp": "site",
            "iat": NOW - 60, "exp": NOW + 36_000, "scope": "openid read:products",
        });
        let members = claims.as_object_mut().unwrap();
        for (name, value) in changes.as_object().unwrap().clone() {
            if value.is_null() {
                members.remove(&name);
            } else {
                members.insert(name, value);
            }
        }
        claims
    }

    pub(crate) fn token(&self, changes: Value) -> String {
        self.signer.sign(&self.claims(changes))
    }

    pub(crate) async fn verified(&self, changes: Value) -> VerifiedToken {
        self.verifier.verify(&self.token(changes)).await.unwrap()
    }

    pub(crate) async fn rejected(&self, token: &str) -> BearerErrorKind {
        let verified = self.verifier.verify(token).await;
        verified.unwrap_err().kind().clone()
    }
}

/// Sends a GET request with an optional token.
pub(crate) async fn get(router: &Router, path: &str, token: Option<&str>) -> Answer {
    let mut request = Request::get(path).header("host", "evil.example.com");
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    send(router, request.body(Body::empty()).unwrap()).await
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 100_000).await.unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    }
}
