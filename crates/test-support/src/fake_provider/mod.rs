//! A fake `OpenID` Provider on a free port. It conforms to the specifications until a test changes one of its responses, and
//! it records every request.

mod authorization;
mod authorization_response;
mod backchannel;
mod clients;
mod control;
mod dpop;
mod endpoints;
mod gate;
mod grants;
mod metadata;
mod other_grants;
mod policy;
mod reply;
mod request_log;
mod start;
mod tokens;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
};

use axum_auth0::clock::{Clock as _, MockClock};
use serde_json::Value;
use tokio::sync::Notify;

pub use self::{
    authorization_response::AuthorizationResponse,
    gate::Gate,
    other_grants::EXTERNAL_TOKEN,
    policy::{AuthorizationChecks, LogoutChecks, OfflineAccess, Part, Policy, Rotation},
    reply::Reply,
    request_log::{Endpoint, RecordedRequest},
};
use self::{backchannel::BackchannelRequest, grants::Grants};
use crate::{secret_scanner::SecretScanner, signer::Signer};

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
}
