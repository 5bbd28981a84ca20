//! The hostile provider: an `OpenID` Provider on a free port of this machine that does everything right until a test bends
//! one of its answers. It keeps a ledger of what it was asked.

mod endpoints;
mod grants;
mod habits;
mod hold;
mod ledger;
mod reply;
mod tokens;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::Router;
use axum_auth0::clock::{Clock as _, ManualClock};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify};

use self::grants::Grants;
pub(crate) use self::{
    grants::Returned,
    habits::{Offline, Part, Policy, Rotation},
    hold::Hold,
    ledger::{Asked, Endpoint},
    reply::Reply,
};
use crate::{keys::Signer, logs::Canaries};

pub(crate) const CLIENT_ID: &str = "leptos-auth0-sample";
/// Has characters that Basic credentials must encode.
pub(crate) const CLIENT_SECRET: &str = "canary+client/secret%with:signs";
pub(crate) const PRODUCTS: &str = "https://products.example.com";
pub(crate) const ORDERS: &str = "https://orders.example.com";

type Bend = Arc<dyn Fn(&mut Value) + Send + Sync>;

struct State {
    policy: Policy,
    bends: HashMap<Part, Bend>,
    replies: HashMap<Endpoint, Reply>,
    holds: HashMap<Endpoint, Hold>,
    cuts: HashSet<Endpoint>,
    ledger: Vec<Asked>,
    grants: Grants,
    signer: Signer,
    published: Vec<Value>,
}

struct Inner {
    base: String,
    /// The issuer's path without a slash at its end; all endpoints are below it.
    prefix: String,
    issuer: String,
    clock: Arc<ManualClock>,
    canaries: Canaries,
    state: Mutex<State>,
    asked: Notify,
}

#[derive(Clone)]
pub(crate) struct Hop(Arc<Inner>);

impl Hop {
    /// A provider whose issuer is its address and `issuer_path` (`/` for Auth0's).
    pub(crate) async fn start(
        issuer_path: &str,
        clock: Arc<ManualClock>,
        canaries: Canaries,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let base = format!("http://{address}");
        let signer = Signer::es256("first", 1);
        canaries.plant("client secret", CLIENT_SECRET);
        let state = State {
            policy: Policy::default(),
            bends: HashMap::new(),
            replies: HashMap::new(),
            holds: HashMap::new(),
            cuts: HashSet::new(),
            ledger: Vec::new(),
            grants: Grants::new(address.port()),
            published: vec![signer.jwk()],
            signer,
        };
        let hop = Self(Arc::new(Inner {
            issuer: format!("{base}{issuer_path}"),
            prefix: issuer_path.trim_end_matches('/').to_owned(),
            base,
            clock,
            canaries,
            state: Mutex::new(state),
            asked: Notify::new(),
        }));
        let router = Router::new()
            .fallback(endpoints::serve)
            .with_state(hop.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        hop
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    fn now(&self) -> i64 {
        self.0.clock.unix_seconds()
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// An address of this provider.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{}{path}", self.0.base, self.0.prefix)
    }

    /// Changes what the provider says, from now on.
    pub(crate) fn bend(&self, part: Part, bend: impl Fn(&mut Value) + Send + Sync + 'static) {
        self.state().bends.insert(part, Arc::new(bend));
    }

    pub(crate) fn straighten(&self, part: Part) {
        self.state().bends.remove(&part);
    }

    fn bent(&self, part: Part, mut value: Value) -> Value {
        let bend = self.state().bends.get(&part).cloned();
        if let Some(bend) = bend {
            bend(&mut value);
        }
        value
    }

    /// Answers `reply` at `endpoint`, whatever it is asked.
    pub(crate) fn reply(&self, endpoint: Endpoint, reply: Reply) {
        self.state().replies.insert(endpoint, reply);
    }

    /// Answers by itself again.
    pub(crate) fn recover(&self, endpoint: Endpoint) {
        self.state().replies.remove(&endpoint);
    }

    /// From now on every answer of `endpoint` waits, decided but not sent, until the hold lets it go.
    pub(crate) fn hold(&self, endpoint: Endpoint) -> Hold {
        let hold = Hold::default();
        self.state().holds.insert(endpoint, hold.clone());
        hold
    }

    /// Does what the next request at `endpoint` asks for, and breaks the connection in the midst of the answer.
    pub(crate) fn cut_next(&self, endpoint: Endpoint) {
        self.state().cuts.insert(endpoint);
    }

    pub(crate) fn policy(&self, change: impl FnOnce(&mut Policy)) {
        change(&mut self.state().policy);
    }

    /// Signs with `signer` from now on, and publishes its key alone.
    pub(crate) fn sign_with(&self, signer: &Signer) {
        let mut state = self.state();
        state.published = vec![signer.jwk()];
        state.signer = signer.clone();
    }

    pub(crate) fn publish(&self, keys: Vec<Value>) {
        self.state().published = keys;
    }

    pub(crate) fn signer(&self) -> Signer {
        self.state().signer.clone()
    }

    pub(crate) fn metadata(&self) -> Value {
        self.bent(
            Part::Metadata,
            json!({
                "issuer": self.issuer(),
                "authorization_endpoint": self.url("/authorize"),
                "token_endpoint": self.url("/oauth/token"),
                "userinfo_endpoint": self.url("/userinfo"),
                "jwks_uri": self.url("/keys"),
                "revocation_endpoint": self.url("/oauth/revoke"),
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
        self.bent(Part::Keys, keys)
    }

    /// What it was asked at `endpoint`, in order.
    pub(crate) fn asked(&self, endpoint: Endpoint) -> Vec<Asked> {
        let state = self.state();
        let asked = state.ledger.iter();
        asked
            .filter(|asked| asked.endpoint == endpoint)
            .cloned()
            .collect()
    }

    pub(crate) fn times(&self, endpoint: Endpoint) -> usize {
        self.asked(endpoint).len()
    }

    pub(crate) fn forget(&self) {
        self.state().ledger.clear();
    }

    /// Waits until it was asked `times` times.
    pub(crate) async fn was_asked(&self, endpoint: Endpoint, times: usize) {
        let waiting = async {
            loop {
                let notified = self.0.asked.notified();
                tokio::pin!(notified);
                notified.as_mut().enable();
                if self.times(endpoint) >= times {
                    return;
                }
                notified.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), waiting)
            .await
            .unwrap_or_else(|_| panic!("{endpoint:?} was not asked {times} times"));
    }

    fn note(&self, asked: Asked) {
        self.state().ledger.push(asked);
        self.0.asked.notify_waiters();
    }
}
