//! Assertions about accepted and rejected tokens (RFC 6750 §3).

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{ApiTestEnv, JsonResponse, ProtectedRoute, send};
use crate::fake_provider::{Endpoint, Reply};

const ALICE: &str = "auth0|alice";

impl ApiTestEnv {
    async fn send_with_token(&self, method: Method, path: &str, token: &str) -> JsonResponse {
        send(self.request(method, path).bearer_auth(token)).await
    }

    /// Asserts that each route answers 401 with a challenge if there is no token.
    pub async fn assert_token_is_required(&self, routes: &[ProtectedRoute<'_>]) {
        for route in routes {
            let response = send(self.request(route.method.parse().unwrap(), route.path)).await;
            assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{route:?}");
            assert_eq!(
                response.header("www-authenticate"),
                format!("Bearer realm=\"{}\"", self.audience)
            );
            assert_eq!(response.header("cache-control"), "no-store");
            assert!(!response.description().is_empty());
        }
    }

    /// Asserts that each route requires its scope. The scope is checked before the body, so that a client without the
    /// scope learns nothing about the fields.
    pub async fn assert_scope_is_required(&self, routes: &[ProtectedRoute<'_>]) {
        for route in routes {
            let token = self.token(ALICE, route.other_scopes);
            let method = route.method.parse().unwrap();
            let response = self.send_with_token(method, route.path, &token).await;
            assert_eq!(response.status, StatusCode::FORBIDDEN, "{route:?}");
            assert_eq!(response.error(), "insufficient_scope");
            let challenge = response.header("www-authenticate");
            assert!(
                challenge.ends_with(&format!("scope=\"{}\"", route.scope)),
                "{challenge}"
            );
        }
    }

    /// Asserts that `GET path` rejects tokens that are not for this API and its users, and says why.
    pub async fn assert_foreign_tokens_are_rejected(&self, path: &str, other_audience: &str) {
        for (changes, description) in [
            (
                json!({"aud": other_audience}),
                "the access token was not issued for this API",
            ),
            (json!({"exp": 1}), "the access token expired"),
            (
                json!({"iss": "https://evil.example.com/"}),
                "the access token is from another issuer than the one that this API trusts",
            ),
            (json!({"nonce": "n"}), "the token is not an access token"),
            (
                json!({"sub": "site@clients", "gty": "client-credentials"}),
                "the access token was issued to an application, and this API serves users",
            ),
        ] {
            let token = self.token_with(&changes);
            let response = self.send_with_token(Method::GET, path, &token).await;
            assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{changes}");
            // A debug build adds the claim that caused the rejection.
            let described = response.description();
            assert!(described.starts_with(description), "{described}");
            let challenge = response.header("www-authenticate");
            assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
        }
        let opaque = self.send_with_token(Method::GET, path, "opaque").await;
        assert!(opaque.description().contains("without the audience"));
        let token = self.token(ALICE, self.scopes);
        let path = format!("{path}?access_token={token}");
        let in_query = send(self.request(Method::GET, &path)).await;
        assert_eq!(in_query.status, StatusCode::UNAUTHORIZED);
    }

    /// Asserts that the API serves the metadata of `resource`, its public URL (RFC 9728), and that `GET path` names the
    /// address of the metadata in its challenge.
    pub async fn assert_metadata_is_served(&self, path: &str, resource: &str, scopes: &[&str]) {
        let (origin, below) = resource.split_at(resource.rfind('/').unwrap());
        let metadata = format!("/.well-known/oauth-protected-resource{below}");
        let response = send(self.request(Method::GET, &metadata)).await;
        assert_eq!(response.status, StatusCode::OK);
        assert_eq!(response.body["resource"], resource);
        assert_eq!(
            response.body["authorization_servers"],
            json!([self.provider.issuer()])
        );
        assert_eq!(response.body["scopes_supported"], json!(scopes));
        let response = send(self.request(Method::GET, path)).await;
        assert_eq!(response.status, StatusCode::UNAUTHORIZED);
        let parameter = format!("resource_metadata=\"{origin}{metadata}\"");
        let challenge = response.header("www-authenticate");
        assert!(challenge.contains(&parameter), "{challenge}");
    }

    /// Asserts that `GET path` answers 503 while the provider is down, and that the API remains live.
    pub async fn assert_provider_outage_is_temporary(&self, path: &str) {
        for endpoint in [Endpoint::Discovery, Endpoint::Keys] {
            self.provider.reply(endpoint, Reply::status(404));
        }
        let token = self.token(ALICE, self.scopes);
        let response = self.send_with_token(Method::GET, path, &token).await;
        assert_eq!(
            (response.status, response.error()),
            (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable")
        );
        assert_eq!(response.header("retry-after"), "5");
        let health = send(self.request(Method::GET, "/healthz")).await;
        assert_eq!(health.status, StatusCode::OK);
    }
}
