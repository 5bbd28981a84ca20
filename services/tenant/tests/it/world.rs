//! One tenant on a free port, a browser with cookies, and the application's half of a login.

use std::{collections::BTreeMap, net::SocketAddr, path::Path, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, jwk::JwkSet};
use reqwest::{
    Client, Response, StatusCode,
    header::{COOKIE, LOCATION, SET_COOKIE},
    redirect::Policy,
};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use tenant::{ApiSettings, ManualClock, Outcome, Settings, Tenant};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use url::Url;

pub(crate) const CLIENT_ID: &str = "leptos-auth0-sample";
pub(crate) const SECRET: &str = "hush+hush & more";
pub(crate) const CALLBACK: &str = "http://localhost:3000/auth/callback";
pub(crate) const PRODUCTS: &str = "https://products.example.com";
pub(crate) const ORDERS: &str = "https://orders.example.com";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const NOON: i64 = 1_800_000_000;

pub(crate) struct World {
    pub(crate) tenant: Tenant,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) issuer: String,
    pub(crate) address: SocketAddr,
    client: Client,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), change).await
    }

    /// At the address, with the database in `file`: a tenant that can be started again.
    pub(crate) async fn in_file(address: SocketAddr, file: &Path) -> Self {
        Self::at(address, |settings| {
            settings.database = tenant::Database::File(file.to_owned());
        })
        .await
    }

    pub(crate) async fn at(address: SocketAddr, change: impl FnOnce(&mut Settings)) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let issuer = format!("http://{address}/");
        let clock = ManualClock::at(NOON);
        let base = Url::parse("http://localhost:3000").unwrap();
        let mut settings = Settings::local(Url::parse(&issuer).unwrap(), &base, SECRET);
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

    /// Ends the server and lets go of the database.
    pub(crate) async fn stop(self) {
        drop(self.client);
        self.stop.send(()).unwrap();
        self.server.await.unwrap();
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            world: self,
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

    /// A request of the application, with its secret in the body.
    pub(crate) async fn application_posts(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let mut form = form.to_vec();
        form.extend([("client_id", CLIENT_ID), ("client_secret", SECRET)]);
        Answer::of(
            self.client
                .post(self.url(path))
                .form(&form)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    pub(crate) async fn redeem(&self, code: &str) -> Answer {
        self.redeem_with(
            code,
            &[("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)],
        )
        .await
    }

    pub(crate) async fn redeem_with(&self, code: &str, more: &[(&str, &str)]) -> Answer {
        let mut form = vec![("grant_type", "authorization_code"), ("code", code)];
        form.extend(more);
        self.application_posts("oauth/token", &form).await
    }

    pub(crate) async fn refresh(&self, token: &str, more: &[(&str, &str)]) -> Answer {
        let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
        form.extend(more);
        self.application_posts("oauth/token", &form).await
    }

    /// Alice logs in with a new browser; the tokens of her login.
    pub(crate) async fn tokens(&self, more: &[(&str, &str)]) -> Answer {
        let mut browser = self.browser();
        let callback = browser.log_in("alice@example.com", more).await;
        let answer = self.redeem(&parameter(&callback, "code").unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{:?}", answer.json);
        answer
    }

    /// Header and claims of a JWT, its signature verified with the keys that the tenant publishes.
    pub(crate) async fn verified(&self, jwt: &str) -> (Header, Map<String, Value>) {
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

    pub(crate) async fn userinfo(&self, token: &str) -> Answer {
        Answer::of(
            self.client
                .get(self.url("userinfo"))
                .bearer_auth(token)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    /// Whether the live log has an entry that contains `words`.
    pub(crate) fn logged(&self, outcome: Outcome, words: &str) -> bool {
        self.tenant
            .log()
            .iter()
            .any(|entry| entry.outcome == outcome && entry.text.contains(words))
    }
}

/// A status and a JSON body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) json: Value,
    pub(crate) headers: reqwest::header::HeaderMap,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        let status = response.status();
        let headers = response.headers().clone();
        let text = response.text().await.unwrap();
        Self {
            status,
            headers,
            json: serde_json::from_str(&text).unwrap_or(Value::Null),
        }
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.json[name]
            .as_str()
            .unwrap_or_else(|| panic!("{name} is missing in {:?}", self.json))
    }

    /// That the answer is this OAuth error.
    #[track_caller]
    pub(crate) fn is_error(&self, status: u16, error: &str, description: &str) {
        assert_eq!((self.status.as_u16(), self.text("error")), (status, error));
        assert_eq!(self.text("error_description"), description);
    }
}

/// A browser that keeps the tenant's cookies.
pub(crate) struct Browser<'a> {
    world: &'a World,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Browser<'_> {
    pub(crate) async fn get(&mut self, path: &str) -> Response {
        let request = self.world.client.get(self.world.url(path));
        self.send(request).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Response {
        let request = self.world.client.post(self.world.url(path)).form(form);
        self.send(request).await
    }

    pub(crate) async fn send(&mut self, request: reqwest::RequestBuilder) -> Response {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let response = request
            .header(COOKIE, cookies.join("; "))
            .send()
            .await
            .unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        response
    }

    /// Follows a link to `/authorize` as the application writes it.
    pub(crate) async fn authorize(&mut self, more: &[(&str, &str)]) -> Response {
        let request = authorize_path(more);
        self.get(&request).await
    }

    /// From `/authorize` to the callback, through the login form.
    pub(crate) async fn log_in(&mut self, username: &str, more: &[(&str, &str)]) -> Url {
        let response = self.authorize(more).await;
        let handle = login_handle(&response);
        let response = self
            .post(
                "u/login",
                &[
                    ("state", &handle),
                    ("username", username),
                    ("password", "local-only"),
                ],
            )
            .await;
        location(&response)
    }
}

/// The path of a login with PKCE, state and nonce; `more` replaces and adds, an empty value removes.
pub(crate) fn authorize_path(more: &[(&str, &str)]) -> String {
    let mut parameters = BTreeMap::from([
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", CALLBACK),
        ("scope", "openid profile email offline_access read:products"),
        ("state", "state-1"),
        ("nonce", "nonce-1"),
        ("code_challenge_method", "S256"),
    ]);
    let challenge = challenge();
    parameters.insert("code_challenge", &challenge);
    parameters.extend(more.iter().copied());
    parameters.retain(|_, value| !value.is_empty());
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("authorize?{query}")
}

pub(crate) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

#[track_caller]
pub(crate) fn location(response: &Response) -> Url {
    assert_eq!(response.status(), StatusCode::FOUND);
    let text = response.headers()[LOCATION].to_str().unwrap();
    Url::options()
        .base_url(Some(response.url()))
        .parse(text)
        .unwrap()
}

/// The handle of the login page that a redirect leads to.
#[track_caller]
pub(crate) fn login_handle(response: &Response) -> String {
    let url = location(response);
    assert_eq!(url.path(), "/u/login", "{url}");
    parameter(&url, "state").unwrap()
}

pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}
