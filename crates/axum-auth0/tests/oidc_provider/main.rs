//! Logins at npm's `oidc-provider`, a certified provider of another project (`end2end/foreign-provider/provider.mjs`). Without
//! Node.js or `npm ci` in `end2end`, the tests report that they were not run.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

mod dpop;
mod provider;

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, routing::get};
use axum_auth0::{
    ApiRegistration, Auth0, Config, CurrentUser, MemoryStore, SignedInUser, Variables,
};
use http::StatusCode;
use test_support::{Browser, ProductsApi, SecretScanner, TestResponse};

use provider::OidcProvider;

const SITE: &str = "http://localhost:3000";

/// A site at the provider, and the user of its last request to `/hand-over`.
struct Site {
    browser: Browser,
    provider: OidcProvider,
    user: Arc<Mutex<Option<SignedInUser>>>,
}

impl Site {
    /// Returns `None` if the provider is not installed. `features` are variables of the provider.
    async fn start(features: &[(&str, &str)], variables: &[(&str, &str)]) -> Option<Self> {
        let provider = OidcProvider::start(SITE, features).await?;
        let mut all: Variables = [
            ("APP_BASE_URL", SITE),
            ("AUTH0_DOMAIN", provider.issuer()),
            ("AUTH0_CLIENT_ID", "leptos-auth0-sample"),
            ("AUTH0_CLIENT_SECRET", "a secret: with%odd+characters/&="),
            ("AUTH0_CLIENT_AUTHENTICATION", "client_secret_basic"),
            ("AUTH0_SECRET", "0b1c5a8e7d3f46029a7be3c1d5f80942"),
            ("AUTH0_AUDIENCE", "https://products.example.com"),
            ("AUTH0_PROMPT", "consent"),
            ("AUTH0_SESSION_STORE", "memory:"),
            ("PRODUCTS_API_URL", "http://127.0.0.1:4001"),
        ]
        .into_iter()
        .collect();
        for (name, value) in variables {
            all.set(*name, *value);
        }
        let apis = [ApiRegistration::login::<ProductsApi>()];
        let config = Config::from_variables(&all, &apis).unwrap();
        let auth0 = Auth0::builder()
            .config(config)
            .store(Arc::new(MemoryStore::default()))
            .build()
            .await
            .unwrap();
        let user = Arc::default();
        let router = Router::new()
            .route("/whoami", get(whoami))
            .route("/hand-over", get(hand_over))
            .with_state(Arc::clone(&user));
        Some(Self {
            browser: Browser::new(auth0.wrap(router), SITE, SecretScanner::default()),
            provider,
            user,
        })
    }

    /// Logs in as Alice, and returns the response of the callback.
    async fn attempt_login(&mut self) -> TestResponse {
        let response = self.browser.start_login("/hand-over").await;
        let callback = self.provider.log_in(response.location(), "alice").await;
        let path = callback.strip_prefix(SITE).unwrap().to_owned();
        self.browser.get(&path).await
    }

    /// Logs in as Alice, and returns the user of her session.
    async fn log_in(&mut self) -> SignedInUser {
        let response = self.attempt_login().await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.body);
        assert_eq!(self.browser.whoami().await, "alice");
        self.browser.get("/hand-over").await;
        self.user.lock().unwrap().take().unwrap()
    }
}

async fn whoami(user: CurrentUser) -> String {
    match user {
        CurrentUser::SignedIn(user) => user.subject().to_owned(),
        _ => "anonymous".to_owned(),
    }
}

async fn hand_over(State(state): State<Arc<Mutex<Option<SignedInUser>>>>, user: SignedInUser) {
    *state.lock().unwrap() = Some(user);
}
