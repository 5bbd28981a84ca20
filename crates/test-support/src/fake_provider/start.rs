//! Starts the provider, and creates the engine's client of it.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use axum::{Router, serve::Listener as _};
use axum_auth0::{
    clock::MockClock,
    http_client::{HttpClient, HttpClientOptions},
    provider::{Issuer, Provider},
};
use tokio::{net::TcpListener, sync::Notify};

use super::{CLIENT_SECRET, FakeProvider, Inner, NOW, Policy, State, endpoints, grants::Grants};
use crate::{
    secret_scanner::SecretScanner,
    signer::Signer,
    tls::{Authority, PeerThumbprint},
};

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
}
