//! The API under test on a free port, its provider, and an HTTP client.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum_auth0::clock::MockClock;
use reqwest::{Client, Method, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{fake_provider::FakeProvider, secret_scanner::SecretScanner};

/// A running API with its provider.
pub struct ApiTestEnv {
    pub provider: FakeProvider,
    /// The API's identifier.
    pub audience: &'static str,
    /// All scopes of the API.
    pub scopes: &'static str,
    /// Time at which tokens are issued, in seconds since 1970; the system's time by default.
    pub now: Option<i64>,
    base_url: String,
    client: Client,
}

/// A response of the API. The body is JSON, or text as a JSON string.
#[derive(Debug)]
pub struct JsonResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl JsonResponse {
    /// Returns a header, or an empty string if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Returns `error` of the body.
    pub fn error(&self) -> &str {
        self.body["error"].as_str().unwrap_or_default()
    }

    /// Returns `error_description` of the body.
    pub fn description(&self) -> &str {
        self.body["error_description"].as_str().unwrap_or_default()
    }
}

impl ApiTestEnv {
    /// Starts a provider, and the API that `router` builds for its issuer.
    pub async fn start(
        audience: &'static str,
        scopes: &'static str,
        router: impl AsyncFnOnce(String) -> Router,
    ) -> Self {
        let provider =
            FakeProvider::start("/", MockClock::from_system(), SecretScanner::default()).await;
        let base_url = serve(router(provider.issuer().to_owned()).await).await;
        Self {
            provider,
            audience,
            scopes,
            now: None,
            base_url,
            client: Client::builder().no_proxy().build().unwrap(),
        }
    }

    /// Restarts the API with the same provider.
    pub async fn restarted(self, router: impl AsyncFnOnce(String) -> Router) -> Self {
        let base_url = serve(router(self.provider.issuer().to_owned()).await).await;
        Self { base_url, ..self }
    }

    /// Issues an access token as Auth0 does.
    pub fn token(&self, subject: &str, scope: &str) -> String {
        self.token_with(&json!({ "sub": subject, "scope": scope }))
    }

    /// Issues an access token with some claims changed.
    pub fn token_with(&self, changes: &Value) -> String {
        let issuer = self.provider.issuer();
        let now = self.now.unwrap_or_else(system_seconds);
        let mut claims = json!({
            "iss": issuer, "aud": [self.audience, format!("{issuer}userinfo")], "azp": "site",
            "sub": "auth0|alice", "scope": self.scopes, "iat": now, "exp": now + 600,
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        self.provider.signer().sign(&claims)
    }

    /// Returns a request without a token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.base_url))
    }

    /// Sends a request with a token of `subject` that has all scopes.
    pub async fn send_as(
        &self,
        subject: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> JsonResponse {
        let mut request = self
            .request(method, path)
            .bearer_auth(self.token(subject, self.scopes));
        if let Some(body) = body {
            request = request.json(&body);
        }
        send(request).await
    }
}

/// Sends a request and reads the response.
pub async fn send(request: RequestBuilder) -> JsonResponse {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    };
    JsonResponse {
        status,
        headers,
        body,
    }
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    base_url
}

fn system_seconds() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(elapsed.as_secs()).unwrap()
}
