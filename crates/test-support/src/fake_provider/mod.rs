//! A fake `OpenID` Provider on a free port. It conforms to the specifications until a test changes one of its responses, and
//! it records every request.

mod authorization;
mod backchannel;
mod clients;
mod dpop;
mod endpoints;
mod gate;
mod grants;
mod other_grants;
mod policy;
mod reply;
mod request_log;
mod tokens;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{Router, serve::Listener as _};
use axum_auth0::{
    clock::{Clock as _, MockClock},
    http_client::{HttpClient, HttpClientOptions},
    provider::{Issuer, Provider},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify};

use self::{backchannel::BackchannelRequest, grants::Grants};
pub use self::{
    gate::Gate,
    grants::AuthorizationResponse,
    other_grants::EXTERNAL_TOKEN,
    policy::{AuthorizationChecks, LogoutChecks, OfflineAccess, Part, Policy, Rotation},
    reply::Reply,
    request_log::{Endpoint, RecordedRequest},
};
use crate::{
    secret_scanner::SecretScanner,
    signer::Signer,
    tls::{Authority, PeerThumbprint},
};

pub const CLIENT_ID: &str = "leptos-auth0-sample";
/// The client secret. It contains characters that HTTP Basic credentials must encode.
pub const CLIENT_SECRET: &str = "canary+client/secret%with:signs";
/// Audience of the products API.
pub const PRODUCTS: &str = "https://products.example.com";
/// Audience of the orders API.
pub const ORDERS: &str = "https://orders.example.com";

/// 2026-01-01T00:00:00Z in seconds since 1970.
pub const NOW: i64 = 1_767_225_600;

type Modify = Arc<dyn Fn(&mut Value) + Send + Sync>;

struct State {
    policy: Policy,
    modifications: HashMap<Part, Modify>,
    replies: HashMap<Endpoint, Reply>,
    replies_by_path: HashMap<String, Reply>,
    gates: HashMap<Endpoint, Gate>,
    truncations: HashSet<Endpoint>,
    request_log: Vec<RecordedRequest>,
    grants: Grants,
    /// The pushed authorization requests by `request_uri`.
    pushed: HashMap<String, Vec<(String, String)>>,
    /// `jti` of the proofs.
    used_proofs: HashSet<String>,
    /// The thumbprints of the keys that access tokens are bound to.
    bound: HashMap<String, String>,
    /// The logins on another device, by `auth_req_id`.
    backchannel: HashMap<String, BackchannelRequest>,
    /// `jti` of the client assertions.
    used_assertions: HashSet<String>,
    signer: Signer,
    published: Vec<Value>,
    /// The base URL of the endpoints that require a client certificate.
    mtls_base: Option<String>,
}

struct Inner {
    base: String,
    /// The issuer's path without a trailing slash; all endpoints are below it.
    prefix: String,
    issuer: String,
    clock: Arc<MockClock>,
    secrets: SecretScanner,
    state: Mutex<State>,
    recorded: Notify,
}

/// A running provider. Clones share it.
#[derive(Clone)]
pub struct FakeProvider(Arc<Inner>);

impl FakeProvider {
    /// Starts a provider whose issuer is its origin followed by `issuer_path` (`/` for Auth0).
    pub async fn start(issuer_path: &str, clock: Arc<MockClock>, secrets: SecretScanner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let base = format!("http://{address}");
        let signer = Signer::es256("first", 1);
        secrets.add("client secret", CLIENT_SECRET);
        let state = State {
            policy: Policy::default(),
            modifications: HashMap::new(),
            replies: HashMap::new(),
            pushed: HashMap::new(),
            used_proofs: HashSet::new(),
            bound: HashMap::new(),
            backchannel: HashMap::new(),
            used_assertions: HashSet::new(),
            replies_by_path: HashMap::new(),
            gates: HashMap::new(),
            truncations: HashSet::new(),
            request_log: Vec::new(),
            grants: Grants::new(address.port()),
            published: vec![signer.jwk()],
            signer,
            mtls_base: None,
        };
        let provider = Self(Arc::new(Inner {
            issuer: format!("{base}{issuer_path}"),
            prefix: issuer_path.trim_end_matches('/').to_owned(),
            base,
            clock,
            secrets,
            state: Mutex::new(state),
            recorded: Notify::new(),
        }));
        let router = Router::new()
            .fallback(endpoints::serve)
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    /// Also serves the endpoints over TLS with client certificates of `authority`, and publishes them as
    /// `mtls_endpoint_aliases` (RFC 8705 §5).
    pub async fn serve_mtls(&self, authority: &Authority) {
        let listener = authority.listen().await;
        let address = listener.local_addr().unwrap();
        self.state().mtls_base = Some(format!("https://{address}{}", self.0.prefix));
        let router = Router::new()
            .fallback(endpoints::serve)
            .with_state(self.clone())
            .into_make_service_with_connect_info::<PeerThumbprint>();
        tokio::spawn(async move { axum::serve(listener, router).await });
    }

    /// Starts a provider with an empty JWK Set and a clock at [`NOW`].
    pub async fn without_keys() -> Self {
        let provider = Self::start("/", MockClock::at(NOW), SecretScanner::default()).await;
        provider.publish(Vec::new());
        provider
    }

    /// Starts a provider that publishes the public keys of `signers`, with a clock at [`NOW`].
    pub async fn publishing(signers: &[&Signer]) -> Self {
        let provider = Self::without_keys().await;
        provider.publish(signers.iter().map(|signer| signer.jwk()).collect());
        provider
    }

    /// Returns the engine's client of this provider, and the clock that both share.
    pub fn client(&self) -> (Provider, Arc<MockClock>) {
        self.client_with(HttpClientOptions::default())
    }

    /// Returns the same as [`client`](Self::client), with other HTTP options.
    pub fn client_with(&self, options: HttpClientOptions) -> (Provider, Arc<MockClock>) {
        let issuer = Issuer::parse(self.issuer()).unwrap();
        let clock = Arc::clone(&self.0.clock);
        let provider = Provider::new(issuer, HttpClient::new(options).unwrap(), clock.clone());
        (provider, clock)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    fn now(&self) -> i64 {
        self.0.clock.unix_seconds()
    }

    /// Returns the issuer identifier.
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// Returns the origin of the provider.
    pub fn base(&self) -> &str {
        &self.0.base
    }

    /// Returns the URL of a path below the issuer.
    pub fn url(&self, path: &str) -> String {
        format!("{}{}{path}", self.0.base, self.0.prefix)
    }

    /// Modifies a part of the responses from now on.
    pub fn modify(&self, part: Part, modify: impl Fn(&mut Value) + Send + Sync + 'static) {
        self.state().modifications.insert(part, Arc::new(modify));
    }

    /// Stops modifying a part of the responses.
    pub fn reset(&self, part: Part) {
        self.state().modifications.remove(&part);
    }

    fn modified(&self, part: Part, mut value: Value) -> Value {
        let modify = self.state().modifications.get(&part).cloned();
        if let Some(modify) = modify {
            modify(&mut value);
        }
        value
    }

    /// Responds to every request at `endpoint` with `reply`.
    pub fn reply(&self, endpoint: Endpoint, reply: Reply) {
        self.state().replies.insert(endpoint, reply);
    }

    /// Responds to every request at `path` with `reply`.
    pub fn reply_at(&self, path: &str, reply: Reply) {
        self.state().replies_by_path.insert(path.to_owned(), reply);
    }

    /// Reverts [`reply`](Self::reply).
    pub fn recover(&self, endpoint: Endpoint) {
        self.state().replies.remove(&endpoint);
    }

    /// Holds back the responses of `endpoint` until the returned gate releases them. The requests take effect before.
    pub fn gate(&self, endpoint: Endpoint) -> Gate {
        let gate = Gate::default();
        self.state().gates.insert(endpoint, gate.clone());
        gate
    }

    /// Truncates the response to the next request at `endpoint`. The request takes effect.
    pub fn truncate_next(&self, endpoint: Endpoint) {
        self.state().truncations.insert(endpoint);
    }

    /// Changes the policy from now on.
    pub fn policy(&self, change: impl FnOnce(&mut Policy)) {
        change(&mut self.state().policy);
    }

    /// Signs with `signer` from now on, and publishes its key only.
    pub fn sign_with(&self, signer: &Signer) {
        let mut state = self.state();
        state.published = vec![signer.jwk()];
        state.signer = signer.clone();
    }

    /// Replaces the published keys.
    pub fn publish(&self, keys: Vec<Value>) {
        self.state().published = keys;
    }

    /// Returns the current signing key.
    pub fn signer(&self) -> Signer {
        self.state().signer.clone()
    }

    /// Returns the provider metadata (OpenID Connect Discovery 1.0 §3).
    pub fn metadata(&self) -> Value {
        let policy = self.state().policy.clone();
        let mtls_base = self.state().mtls_base.clone();
        let aliases = mtls_base.map(|base| {
            json!({
                "token_endpoint": format!("{base}/oauth/token"),
                "userinfo_endpoint": format!("{base}/userinfo"),
                "revocation_endpoint": format!("{base}/oauth/revoke"),
                "pushed_authorization_request_endpoint": format!("{base}/oauth/par"),
            })
        });
        self.modified(
            Part::Metadata,
            json!({
                "mtls_endpoint_aliases": aliases,
                "issuer": self.issuer(),
                "authorization_endpoint": self.url("/authorize"),
                "token_endpoint": self.url("/oauth/token"),
                "userinfo_endpoint": self.url("/userinfo"),
                "jwks_uri": self.url("/keys"),
                "revocation_endpoint": self.url("/oauth/revoke"),
                "pushed_authorization_request_endpoint": self.url("/oauth/par"),
                "backchannel_authentication_endpoint": self.url("/bc-authorize"),
                "require_pushed_authorization_requests": policy.requires_pushed_requests,
                "require_signed_request_object": policy.requires_signed_requests,
                "end_session_endpoint": self.url("/oidc/logout"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "code_challenge_methods_supported": ["S256"],
                "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            }),
        )
    }

    fn key_set(&self) -> Value {
        let keys = json!({ "keys": self.state().published });
        self.modified(Part::Keys, keys)
    }

    /// Returns the requests at `endpoint`, in order.
    pub fn requests(&self, endpoint: Endpoint) -> Vec<RecordedRequest> {
        let state = self.state();
        let requests = state.request_log.iter();
        requests
            .filter(|request| request.endpoint == endpoint)
            .cloned()
            .collect()
    }

    /// Returns the number of requests at `path`.
    pub fn request_count_at(&self, path: &str) -> usize {
        let state = self.state();
        let at_path = state
            .request_log
            .iter()
            .filter(|request| request.path == path);
        at_path.count()
    }

    /// Returns the number of requests at `endpoint`.
    pub fn request_count(&self, endpoint: Endpoint) -> usize {
        self.requests(endpoint).len()
    }

    /// Deletes the recorded requests.
    pub fn clear_request_log(&self) {
        self.state().request_log.clear();
    }

    /// Waits until `endpoint` has received `times` requests.
    ///
    /// # Panics
    /// After twenty seconds.
    pub async fn wait_for_requests(&self, endpoint: Endpoint, times: usize) {
        let wait = async {
            loop {
                let notified = self.0.recorded.notified();
                tokio::pin!(notified);
                notified.as_mut().enable();
                if self.request_count(endpoint) >= times {
                    return;
                }
                notified.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait)
            .await
            .unwrap_or_else(|_| panic!("{endpoint:?} did not receive {times} requests"));
    }

    fn record(&self, request: RecordedRequest) {
        self.state().request_log.push(request);
        self.0.recorded.notify_waiters();
    }
}
