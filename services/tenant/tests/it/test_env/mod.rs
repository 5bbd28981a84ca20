//! A tenant on a free port, with a browser and an application as clients.

mod browser;
mod json_response;

use std::{collections::BTreeMap, net::SocketAddr, path::Path, sync::Arc};

use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, jwk::JwkSet};
use reqwest::{Client, Response, StatusCode, redirect::Policy};
use serde_json::{Map, Value};
use tenant::{ApiSettings, MockClock, Outcome, ResourcePolicy, Settings, Tenant};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use url::Url;

pub(crate) use self::{
    browser::{Browser, authorize_path, challenge, location, login_id_of, parameter},
    json_response::JsonResponse,
};

pub(crate) const CLIENT_ID: &str = "leptos-auth0-sample";
pub(crate) const CLIENT_SECRET: &str = "hush+hush & more";
pub(crate) const CALLBACK: &str = "http://localhost:3000/auth/callback";
pub(crate) const PRODUCTS: &str = "https://products.example.com";
pub(crate) const ORDERS: &str = "https://orders.example.com";
/// The code verifier of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// The time at the start of a test, in seconds since 1970-01-01T00:00:00Z.
pub(crate) const START_TIME: i64 = 1_800_000_000;

/// A running tenant.
pub(crate) struct TestEnv {
    pub(crate) tenant: Tenant,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) issuer: String,
    pub(crate) address: SocketAddr,
    pub(crate) client: Client,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl TestEnv {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), change).await
    }

    /// Starts a tenant at `address` with the database in `file`, so that it can be restarted.
    pub(crate) async fn with_file(address: SocketAddr, file: &Path) -> Self {
        Self::at(address, |settings| {
            settings.database = tenant::Database::File(file.to_owned());
        })
        .await
    }

    pub(crate) async fn at(address: SocketAddr, change: impl FnOnce(&mut Settings)) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let issuer = format!("http://{address}/");
        let clock = MockClock::at(START_TIME);
        let base = Url::parse("http://localhost:3000").unwrap();
        let mut settings = Settings::local(Url::parse(&issuer).unwrap(), &base, CLIENT_SECRET);
        settings.clock = clock.clone();
        settings.apis.push(ApiSettings::orders());
        change(&mut settings);
        let tenant = Tenant::open(settings).await.unwrap();
        let router = tenant.router();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            let stopping = async { drop(stopped.await) };
            axum::serve(listener, router)
                .with_graceful_shutdown(stopping)
                .await
                .unwrap();
        });
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self {
            tenant,
            clock,
            issuer,
            address,
            client,
            stop,
            server,
        }
    }

    /// Stops the server and closes the database.
    pub(crate) async fn stop(self) {
        drop(self.client);
        self.stop.send(()).unwrap();
        self.server.await.unwrap();
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            env: self,
            cookies: BTreeMap::new(),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{}", self.issuer, path.trim_start_matches('/'))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.unwrap()
    }

    pub(crate) fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// Sends a request of the application, with its secret in the body.
    pub(crate) async fn post_as_application(
        &self,
        path: &str,
        form: &[(&str, &str)],
    ) -> JsonResponse {
        let mut form = form.to_vec();
        form.extend([("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)]);
        JsonResponse::read(
            self.client
                .post(self.url(path))
                .form(&form)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    pub(crate) async fn redeem(&self, code: &str) -> JsonResponse {
        self.redeem_with(
            code,
            &[("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)],
        )
        .await
    }

    pub(crate) async fn redeem_with(&self, code: &str, more: &[(&str, &str)]) -> JsonResponse {
        let mut form = vec![("grant_type", "authorization_code"), ("code", code)];
        form.extend(more);
        self.post_as_application("oauth/token", &form).await
    }

    pub(crate) async fn refresh(&self, token: &str, more: &[(&str, &str)]) -> JsonResponse {
        let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
        form.extend(more);
        self.post_as_application("oauth/token", &form).await
    }

    /// Logs in as Alice with a new browser and returns the tokens.
    pub(crate) async fn tokens(&self, more: &[(&str, &str)]) -> JsonResponse {
        let mut browser = self.browser();
        let callback = browser.log_in("alice@example.com", more).await;
        let response = self.redeem(&parameter(&callback, "code").unwrap()).await;
        assert_eq!(response.status, StatusCode::OK, "{:?}", response.json);
        response
    }

    /// Verifies the signature of a JWT with the published keys and returns its header and claims.
    pub(crate) async fn verify(&self, jwt: &str) -> (Header, Map<String, Value>) {
        let keys: JwkSet = self
            .get(".well-known/jwks.json")
            .await
            .json()
            .await
            .unwrap();
        let header = jsonwebtoken::decode_header(jwt).unwrap();
        let key =
            DecodingKey::from_jwk(keys.find(header.kid.as_deref().unwrap()).unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        let claims = jsonwebtoken::decode(jwt, &key, &validation).unwrap().claims;
        (header, claims)
    }

    pub(crate) async fn userinfo(&self, token: &str) -> JsonResponse {
        JsonResponse::read(
            self.client
                .get(self.url("userinfo"))
                .bearer_auth(token)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    /// Returns whether the activity log has an entry that contains `text`.
    pub(crate) fn logged(&self, outcome: Outcome, text: &str) -> bool {
        self.tenant
            .activity_log()
            .iter()
            .any(|entry| entry.outcome == outcome && entry.text.contains(text))
    }
}

/// Accepts the refresh tokens of the application for the orders API, with one scope.
pub(crate) fn allow_orders(settings: &mut Settings) {
    settings.applications[0].multi_resource = vec![ResourcePolicy {
        audience: ORDERS.to_owned(),
        scopes: vec!["read:orders".to_owned()],
    }];
}
