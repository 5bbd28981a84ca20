//! The tenant, the APIs and the site.

use axum::{Json, Router, routing::get};
use axum_auth0_bearer::{Actor, Principal, VerifiedToken, Verifier};
use example_support::{Browser, Port, Program, serve};
use serde_json::{Value, json};
use tenant::{ApiSettings, Settings, Tenant};
use url::Url;

pub(crate) const PRODUCTS: &str = "https://products.example.com";

const ORDERS: &str = "https://orders.example.com";

pub(crate) struct TestEnv {
    pub(crate) tenant: Tenant,
    pub(crate) browser: Browser,
    /// The URL of the site.
    pub(crate) site: String,
    issuer: String,
    client: reqwest::Client,
    _site: Program,
}

impl TestEnv {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// Starts the site at a tenant with changed settings.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let (site, provider) = (Port::reserve(), Port::reserve());
        let issuer = format!("http://{}/", provider.address());
        let site_url = Url::parse(&site.origin()).unwrap();
        let issuer_url = Url::parse(&issuer).unwrap();
        let mut settings = Settings::local(issuer_url, &site_url, "local-client-secret");
        settings.apis.push(ApiSettings::orders());
        change(&mut settings);
        let variables = settings.site_variables(&site_url);
        let tenant = Tenant::open(settings).await.unwrap();
        serve(provider, tenant.router());
        let products = serve_api(&issuer, PRODUCTS);
        let orders = serve_api(&issuer, ORDERS);
        let address = site.address().to_string();
        let other_site = format!("{}/auth/login?returnTo=/account", site.origin());
        let mut all: Vec<(&str, &str)> = variables
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        all.extend([
            ("PRODUCTS_API_URL", products.as_str()),
            ("ORDERS_API_URL", &orders),
            ("ORDERS_API_AUDIENCE", ORDERS),
            ("OTHER_SITE_LOGIN", &other_site),
            ("AUTH0_ACCEPT_SESSION_TRANSFER", "true"),
            ("LISTEN", &address),
        ]);
        let program = Program::start(env!("CARGO_BIN_EXE_grants"), &all).await;
        Self {
            tenant,
            browser: Browser::new(&site.origin()),
            site: site.origin(),
            issuer,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            _site: program,
        }
    }

    /// Returns the dashboard of the tenant as soon as a login waits for an approval.
    pub(crate) async fn waiting_login(&self) -> String {
        loop {
            let response = self.client.get(&self.issuer).send().await.unwrap();
            let html = response.text().await.unwrap();
            if html.contains("name=\"request\"") {
                return html;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Presses a button of the only waiting login.
    pub(crate) async fn press(&self, dashboard: &str, decision: &str) {
        let (_, rest) = dashboard.split_once("name=\"request\" value=\"").unwrap();
        let (request, _) = rest.split_once('"').unwrap();
        let response = self
            .client
            .post(format!("{}dashboard/backchannel", self.issuer))
            .header("origin", self.issuer.trim_end_matches('/'))
            .form(&[("request", request), ("decision", decision)])
            .send();
        assert!(response.await.unwrap().status().is_success());
    }

    /// Opens a page that responds with JSON.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let page = self.browser.open(path).await;
        assert_eq!(page.status.as_u16(), 200, "{page:?}");
        serde_json::from_str(&page.body).unwrap()
    }
}

/// Serves an API that says whom a token belongs to.
pub(crate) fn serve_api(issuer: &str, audience: &str) -> String {
    let port = Port::reserve();
    let url = format!("http://{}", port.address());
    let verifier = Verifier::new(issuer, audience)
        .unwrap()
        .allow_client_credentials();
    serve(
        port,
        Router::new().route("/", get(owner)).with_state(verifier),
    );
    url
}

async fn owner(token: VerifiedToken) -> Json<Value> {
    let scopes: Vec<&str> = token.scopes().collect();
    Json(json!({
        "sub": token.subject(),
        "is_user": token.principal() == Principal::User,
        "actor": token.actor().as_ref().map(Actor::subject),
        "scopes": scopes,
    }))
}
