//! A site at the provider.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, routing::get};
use axum_auth0::{
    ApiRegistration, Auth0, Auth0Builder, Config, CurrentUser, MemoryStore, SignedInUser, Variables,
};
use http::StatusCode;
use test_support::{Browser, ProductsApi, SecretScanner, TestResponse};

use crate::provider::{OidcProvider, Stop};

const SITE: &str = "http://localhost:3000";

/// A site, and the user of its last request to `/hand-over`.
pub(crate) struct Site {
    pub(crate) browser: Browser,
    pub(crate) provider: OidcProvider,
    settings: SiteBuilder,
    store: Arc<MemoryStore>,
    user: HandedOver,
}

type HandedOver = Arc<Mutex<Option<SignedInUser>>>;

/// What a test changes about the provider and the site.
#[derive(Clone)]
pub(crate) struct SiteBuilder {
    base_url: &'static str,
    features: Vec<(&'static str, String)>,
    variables: Variables,
    apis: Vec<ApiRegistration>,
    app: Router,
    configure: fn(Auth0Builder) -> Auth0Builder,
}

impl SiteBuilder {
    pub(crate) fn new() -> Self {
        let variables = [
            ("APP_BASE_URL", SITE),
            ("AUTH0_CLIENT_ID", "leptos-auth0-sample"),
            ("AUTH0_CLIENT_SECRET", "a secret: with%odd+characters/&="),
            ("AUTH0_SECRET", "0b1c5a8e7d3f46029a7be3c1d5f80942"),
            ("AUTH0_AUDIENCE", "https://products.example.com"),
            ("AUTH0_PROMPT", "consent"),
            ("AUTH0_SESSION_STORE", "memory:"),
            ("PRODUCTS_API_URL", "http://127.0.0.1:4001"),
        ];
        Self {
            base_url: SITE,
            features: Vec::new(),
            variables: variables.into_iter().collect(),
            apis: vec![ApiRegistration::login::<ProductsApi>()],
            app: Router::new(),
            configure: |builder| builder,
        }
    }

    /// Sets a variable of the provider (`end2end/foreign-provider/features.mjs`).
    pub(crate) fn feature(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.features.push((name, value.into()));
        self
    }

    /// Sets a variable of the site.
    pub(crate) fn variable(mut self, name: &'static str, value: &str) -> Self {
        self.variables.set(name, value);
        self
    }

    pub(crate) fn base_url(self, url: &'static str) -> Self {
        Self {
            base_url: url,
            ..self.variable("APP_BASE_URL", url)
        }
    }

    /// Registers no API, so that access tokens are for userinfo.
    pub(crate) fn without_api(mut self) -> Self {
        self.apis.clear();
        self.variable("AUTH0_AUDIENCE", "")
            .variable("PRODUCTS_API_URL", "")
    }

    /// Adds pages of the site.
    pub(crate) fn app(mut self, app: Router) -> Self {
        self.app = app;
        self
    }

    pub(crate) fn configure(mut self, configure: fn(Auth0Builder) -> Auth0Builder) -> Self {
        self.configure = configure;
        self
    }

    /// Returns `None` if the provider is not installed.
    pub(crate) async fn start(mut self) -> Option<Site> {
        let provider = OidcProvider::start(self.base_url, &self.features).await?;
        self.variables.set("AUTH0_DOMAIN", provider.issuer());
        let (store, user) = (Arc::default(), HandedOver::default());
        let router = self.router(&store, &user).await;
        Some(Site {
            browser: Browser::new(router, self.base_url, SecretScanner::default()),
            provider,
            settings: self,
            store,
            user,
        })
    }

    async fn router(&self, store: &Arc<MemoryStore>, user: &HandedOver) -> Router {
        let config = Config::from_variables(&self.variables, &self.apis).unwrap();
        let builder = Auth0::builder()
            .config(config)
            .store(Arc::clone(store) as _);
        let auth0 = (self.configure)(builder).build().await.unwrap();
        let app = Router::new()
            .route("/whoami", get(whoami))
            .route("/hand-over", get(hand_over))
            .with_state(Arc::clone(user))
            .merge(self.app.clone());
        auth0.wrap(app)
    }
}

impl Site {
    /// Starts the site again with other variables. Sessions and the cookies of the browser stay.
    pub(crate) async fn restart(&mut self, variables: &[(&str, &str)]) {
        for (name, value) in variables {
            self.settings.variables.set(*name, *value);
        }
        let router = self.settings.router(&self.store, &self.user).await;
        self.browser = self.browser.clone().with_router(&router);
    }

    /// Opens a page of the site that leads to a login, logs in as Alice, and returns the response of the callback.
    pub(crate) async fn log_in_at(&mut self, path: &str) -> TestResponse {
        let response = self.browser.get(path).await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.body);
        let callback = self.provider.log_in(response.location(), "alice").await;
        self.return_to_site(&callback).await
    }

    /// Opens a URL of the site to which the provider redirects.
    pub(crate) async fn return_to_site(&mut self, url: &str) -> TestResponse {
        let path = url.strip_prefix(self.settings.base_url).unwrap().to_owned();
        self.browser.get(&path).await
    }

    /// Follows a URL of the provider that leads back to the site without a page, and returns the response of the callback.
    pub(crate) async fn return_from(&mut self, location: &str) -> TestResponse {
        match self.provider.follow(location).await {
            Stop::Site(url) => self.return_to_site(&url).await,
            Stop::Page(url, page) => panic!("a page of the provider at {url}: {page}"),
            Stop::Refused(status, page) => panic!("{status} of the provider: {page}"),
        }
    }

    /// Logs in as Alice, and returns the response of the callback.
    pub(crate) async fn attempt_login(&mut self) -> TestResponse {
        self.log_in_at("/auth/login?returnTo=%2Fhand-over").await
    }

    /// Logs in as Alice, and returns the user of her session.
    pub(crate) async fn log_in(&mut self) -> SignedInUser {
        let response = self.attempt_login().await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.body);
        assert_eq!(self.browser.whoami().await, "alice");
        self.user().await
    }

    /// Returns the signed-in user.
    pub(crate) async fn user(&mut self) -> SignedInUser {
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

async fn hand_over(State(state): State<HandedOver>, user: SignedInUser) {
    *state.lock().unwrap() = Some(user);
}
