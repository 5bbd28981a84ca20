//! Auth0 Organizations: what a login asks for, what the provider has to confirm, and the way from one to another.

mod logins;
mod sessions;

use std::time::Duration;

use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use axum_auth0::{Organization, OrganizationRequired, SignedInUser, StepUp};
use serde_json::json;
use test_support::{Browser, OrdersApi, Part, ProductsApi, TestResponse};

use crate::app::TestEnv;

async fn organization(user: SignedInUser) -> String {
    let own = user.organization();
    json!({ "id": own.map(Organization::id), "name": own.and_then(Organization::name) }).to_string()
}

async fn of_organization(
    user: SignedInUser,
    Path(organization): Path<String>,
) -> Result<&'static str, OrganizationRequired> {
    user.require_organization(&organization)?;
    Ok("the data of the organization")
}

/// Returns a site with routes that depend on the organization.
async fn site(env: &TestEnv) -> Router {
    let builder = env.auth0_builder();
    let builder = builder.protect_with(StepUp::recent_auth(Duration::from_mins(5)), ["/security"]);
    let auth0 = builder.build().await.unwrap();
    let app = Router::new()
        .route("/", get(|| async { "home" }))
        .route("/security", get(|| async { "security" }))
        .route("/organization", get(organization))
        .route("/o/{organization}", get(of_organization))
        .route("/token", get(crate::app::token::<ProductsApi>))
        .route("/token/orders", get(crate::app::token::<OrdersApi>))
        .route("/api/change", post(|| async { "changed" }));
    auth0.wrap(app)
}

/// Makes the provider log users in to this organization.
fn log_in_to(env: &TestEnv, id: &'static str, name: &'static str) {
    for part in [Part::IdToken, Part::RefreshedIdToken, Part::AccessToken] {
        env.provider.modify(part, move |claims| {
            claims["org_id"] = json!(id);
            claims["org_name"] = json!(name);
        });
    }
}

/// Logs Alice in with this query of the login route.
async fn log_in(env: &TestEnv, browser: &mut Browser, query: &str) -> TestResponse {
    let response = browser.get(&format!("/auth/login?{query}")).await;
    let returned = env.provider.authorize(response.location(), "alice");
    browser.get(&returned.path()).await
}
