//! A site with one signed-in user, and a store with a given number of sessions.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{Router, body::Body, extract::State, routing::get};
use axum_auth0::{
    Auth0, Config, SignedInUser, SqliteStore, Variables,
    clock::{Clock as _, MockClock},
    store::{LoginId, LoginRecord, MemoryStore, SharedStore, Store as _},
};
use http::{Method, Request, Response, StatusCode};
use jsonwebtoken::Algorithm;
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

use crate::apis;
use test_support::{
    Browser, CLIENT_ID, CLIENT_SECRET, Endpoint, FakeProvider, PRODUCTS, SecretScanner, Signer,
};

const SITE: &str = "http://localhost:3000";
const SECRET: &str = "a secret of this benchmark 0123456789abcdef";

/// Length of the sealed values of sessions that are not measured.
const OTHERS_BYTES: usize = 64;

/// The kind of store.
pub(crate) trait StoreKind {
    const IS_A_FILE: bool;
}

/// In memory.
pub(crate) enum Memory {}

impl StoreKind for Memory {
    const IS_A_FILE: bool = false;
}

/// In an `SQLite` file.
pub(crate) enum Sqlite {}

impl StoreKind for Sqlite {
    const IS_A_FILE: bool = true;
}

/// The site. It runs in `runtime`, which is single-threaded.
pub(crate) struct Site {
    pub(crate) runtime: Runtime,
    pub(crate) user: SignedInUser,
    router: Router,
    browser: Browser,
    provider: FakeProvider,
    _folder: TempDir,
}

impl Site {
    /// Opens a site with `sessions`, one of which has cached tokens for `audiences`.
    pub(crate) fn new<S: StoreKind>(sessions: usize, audiences: usize) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (user, router, browser, provider) =
            runtime.block_on(open::<S>(folder.path(), sessions, audiences));
        Self {
            runtime,
            user,
            router,
            browser,
            provider,
            _folder: folder,
        }
    }

    pub(crate) fn request(&self, path: &str) -> Request<Body> {
        let request = self.browser.request(Method::GET, path);
        request.body(Body::empty()).unwrap()
    }

    pub(crate) fn response(&self, request: Request<Body>) -> Response<Body> {
        let response = self.router.clone().oneshot(request);
        let response = self.runtime.block_on(response).unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response
    }

    /// Checks that no refresh was sent since the tokens were cached.
    pub(crate) fn was_not_asked(&self) {
        assert_eq!(self.provider.request_count(Endpoint::Refresh), 0);
    }
}

async fn open<S: StoreKind>(
    folder: &Path,
    sessions: usize,
    audiences: usize,
) -> (SignedInUser, Router, Browser, FakeProvider) {
    let clock = MockClock::from_system();
    let provider = FakeProvider::start("/", clock.clone(), SecretScanner::default()).await;
    // Tokens have the length of Auth0 tokens.
    provider.sign_with(&Signer::rsa("one", Algorithm::RS256));
    let file = folder.join("sessions.db");
    let store: SharedStore = if S::IS_A_FILE {
        Arc::new(SqliteStore::open(&file).await.unwrap())
    } else {
        Arc::new(with_others(sessions - 1, clock.unix_seconds()).await)
    };
    let builder = Auth0::builder().config(config(&provider));
    let auth0 = builder.clock(clock).store(store).build().await.unwrap();
    let seen = Seen::default();
    let app = Router::new()
        .route("/token", get(token))
        .route("/whoami", get(whoami))
        .with_state(seen.clone());
    let router = auth0.wrap(app);
    let mut browser = Browser::new(router.clone(), SITE, SecretScanner::default());
    browser.log_in(&provider, "alice").await;
    browser.get("/whoami").await;
    let user = seen.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    let user = user.unwrap();
    apis::cache_tokens(&user, audiences).await;
    provider.clear_request_log();
    if S::IS_A_FILE {
        copy_rows(&file, sessions - 1);
    }
    (user, router, browser, provider)
}

fn config(provider: &FakeProvider) -> Config {
    let mut variables: Variables = [
        ("APP_BASE_URL", SITE),
        ("AUTH0_DOMAIN", provider.issuer()),
        ("AUTH0_CLIENT_ID", CLIENT_ID),
        ("AUTH0_CLIENT_SECRET", CLIENT_SECRET),
        ("AUTH0_SECRET", SECRET),
        ("AUTH0_AUDIENCE", PRODUCTS),
        ("AUTH0_SESSION_STORE", "memory:"),
    ]
    .into_iter()
    .collect();
    for (name, value) in apis::variables() {
        variables.set(name, value);
    }
    Config::from_variables(&variables, &apis::declarations()).unwrap()
}

/// Returns a store with sessions of other users. They are small, so that a million of them fit into memory.
async fn with_others(count: usize, now: i64) -> MemoryStore {
    let store = MemoryStore::default();
    for number in 0..count {
        let mut key = [0xee; 32];
        key[..8].copy_from_slice(&number.to_be_bytes());
        let id: LoginId = serde_json::from_value(json!(key[..16])).unwrap();
        let row = LoginRecord {
            id,
            issuer: "https://tenant.example/".to_owned(),
            subject: format!("auth0|{number}"),
            provider_session: Some(format!("session-{number}")),
            created_at: now,
            last_seen_at: now,
            expires_at: now + 259_200,
            version: 0,
            tokens: vec![0; OTHERS_BYTES],
            details: Vec::new(),
        };
        store.create_login(row).await.unwrap();
        let created = store
            .create_record(&key, vec![0; OTHERS_BYTES], now + 259_200)
            .await;
        assert!(created.unwrap());
    }
    store
}

/// Adds copies of the login and its record with other keys and short values, in one statement each.
fn copy_rows(file: &Path, count: usize) {
    let connection = Connection::open(file).unwrap();
    let numbers = "WITH RECURSIVE numbers(n) AS \
                   (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1) ";
    for copies in [
        "INSERT INTO logins (id, issuer, subject, provider_session, created_at, last_seen_at, expires_at, version, tokens) \
         SELECT randomblob(16), issuer, subject, provider_session, created_at, last_seen_at, expires_at, version, zeroblob(?2) \
         FROM logins, numbers WHERE ?1 > 0",
        "INSERT INTO records (key, record, expires_at) \
         SELECT randomblob(32), zeroblob(?2), expires_at FROM records, numbers WHERE ?1 > 0",
    ] {
        let parameters = [count, OTHERS_BYTES].map(|number| i64::try_from(number).unwrap());
        let copied = connection.execute(&format!("{numbers}{copies}"), parameters);
        assert_eq!(copied.unwrap(), count);
    }
}

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Option<SignedInUser>>>);

async fn whoami(State(seen): State<Seen>, user: SignedInUser) -> String {
    let subject = user.subject().to_owned();
    *seen.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(user);
    subject
}

async fn token(user: SignedInUser) {
    apis::cached_token(&user).await;
}
