//! A provider, the API, and a client of it.

use axum_auth0::clock::MockClock;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, jwk::Jwk};
use orders_api::{Database, Settings, router_at};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

pub(crate) const API: &str = "https://orders.example.com";
pub(crate) const BOTH: &str = "openid read:orders write:orders";

/// Noon of [`TODAY`]: the time of the API and of the tokens.
const NOW: i64 = 1_795_176_000;
pub(crate) const TODAY: &str = "2026-11-20";

pub(crate) struct World {
    pub(crate) provider: MockServer,
    base: String,
    client: Client,
    key: EncodingKey,
}

/// What the API answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Database::Memory).await
    }

    pub(crate) async fn with(database: Database) -> Self {
        let key = key(7);
        let provider = provider_publishing(&key).await;
        let issuer = format!("{}/", provider.uri());
        let base = serve(&issuer, database).await;
        Self {
            provider,
            base,
            client: Client::new(),
            key,
        }
    }

    /// The same world with the API started once more.
    pub(crate) async fn restarted(self, database: Database) -> Self {
        let base = serve(&self.issuer(), database).await;
        Self { base, ..self }
    }

    pub(crate) fn issuer(&self) -> String {
        format!("{}/", self.provider.uri())
    }

    /// An access token as Auth0 issues it.
    pub(crate) fn token(&self, subject: &str, scope: &str) -> String {
        self.token_with(&json!({"sub": subject, "scope": scope}))
    }

    pub(crate) fn token_with(&self, changes: &Value) -> String {
        let mut claims = json!({
            "iss": self.issuer(), "aud": [API, format!("{}userinfo", self.issuer())], "azp": "site",
            "sub": "auth0|alice", "scope": BOTH, "iat": NOW, "exp": NOW + 600,
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let header = json!({"alg": "ES256", "typ": "JWT", "kid": "key"});
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature = jsonwebtoken::crypto::sign(
            signed.as_bytes(),
            &self.key,
            jsonwebtoken::Algorithm::ES256,
        )
        .unwrap();
        format!("{signed}.{signature}")
    }

    pub(crate) fn request(&self, method: Method, at: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{at}", self.base))
    }

    /// A request of a user who may do everything.
    pub(crate) async fn ask(
        &self,
        subject: &str,
        method: Method,
        at: &str,
        body: Option<Value>,
    ) -> Answer {
        let mut request = self
            .request(method, at)
            .bearer_auth(self.token(subject, BOTH));
        if let Some(body) = body {
            request = request.json(&body);
        }
        send(request).await
    }

    pub(crate) async fn orders(&self, subject: &str) -> Vec<Value> {
        let answer = self.ask(subject, Method::GET, "/orders", None).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.body["owner"], subject);
        answer.body["orders"].as_array().unwrap().clone()
    }
}

pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    };
    Answer {
        status,
        headers,
        body,
    }
}

async fn serve(issuer: &str, database: Database) -> String {
    let settings = Settings {
        issuer: issuer.to_owned(),
        audience: API.to_owned(),
        database,
    };
    let router = router_at(settings, MockClock::at(NOW)).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    base
}

/// A P-256 key in PKCS#8, from a seed.
fn key(seed: u8) -> EncodingKey {
    const PREFIX: [u8; 35] = [
        0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
        0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25,
        0x02, 0x01, 0x01, 0x04, 0x20,
    ];
    EncodingKey::from_ec_der(&[PREFIX.as_slice(), &[seed; 32]].concat())
}

async fn provider_publishing(key: &EncodingKey) -> MockServer {
    let provider = MockServer::start().await;
    let mut jwk =
        serde_json::to_value(Jwk::from_encoding_key(key, jsonwebtoken::Algorithm::ES256).unwrap())
            .unwrap();
    jwk["kid"] = json!("key");
    let metadata = json!({"issuer": format!("{}/", provider.uri()), "jwks_uri": format!("{}/keys", provider.uri())});
    for (at, document) in [
        ("/.well-known/openid-configuration", metadata),
        ("/keys", json!({"keys": [jwk]})),
    ] {
        Mock::given(path(at))
            .respond_with(ResponseTemplate::new(200).set_body_json(document))
            .mount(&provider)
            .await;
    }
    provider
}
