//! What handlers get to know about the current user.

use axum::{Json, Router, routing::get};
use axum_auth0::{CurrentUser, DiagnosisVisibility, SignedInUser};
use http::StatusCode;
use serde_json::{Map, Value, json};
use test_support::{Browser, Endpoint, Part, Reply, SITE, SecretScanner};

use crate::app::{TestEnv, TestEnvBuilder};

#[tokio::test]
async fn without_the_engines_layers_every_request_is_anonymous() {
    async fn handler(user: CurrentUser, diagnoses: DiagnosisVisibility) -> String {
        format!("{user:?} {}", diagnoses.is_exposed())
    }
    let app = Router::new().route("/", get(handler));
    let mut browser = Browser::new(app, SITE, SecretScanner::default());
    assert_eq!(browser.get("/").await.body, "Anonymous false");
}

async fn public_claims(user: SignedInUser) -> Json<Map<String, Value>> {
    Json(user.public_claims())
}

#[tokio::test]
async fn pages_contain_the_standard_claims_and_the_listed_ones_only() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::IdToken, |claims| {
        claims["nickname"] = json!("ali");
        claims["roles"] = json!(["admin", "buyer"]);
        claims["https://shop.example/plan"] = json!({ "name": "gold" });
        claims["salary"] = json!(1);
    });
    let builder = env.auth0_builder();
    let auth0 = builder
        .public_claims(["roles", "https://shop.example/plan", "absent", "iss"])
        .build()
        .await
        .unwrap();
    let app = Router::new().route("/claims", get(public_claims));
    let mut browser = env.browser().with_router(&auth0.wrap(app));
    browser.attempt_login(&env.provider, "alice").await;
    let expected = json!({
        "sub": "auth0|alice",
        "name": "alice Example",
        "nickname": "ali",
        "email": "alice@example.com",
        "roles": ["admin", "buyer"],
        "https://shop.example/plan": { "name": "gold" },
    });
    assert_eq!(browser.get("/claims").await.json(), expected);
}

#[tokio::test]
async fn by_default_pages_contain_no_custom_claim() {
    let env = TestEnv::new().await;
    let custom = |claims: &mut Value| claims["roles"] = json!(["admin"]);
    env.provider.modify(Part::IdToken, custom);
    let auth0 = env.auth0_builder().build().await.unwrap();
    let app = Router::new().route("/claims", get(public_claims));
    let mut browser = env.browser().with_router(&auth0.wrap(app));
    browser.attempt_login(&env.provider, "alice").await;
    assert_eq!(browser.get("/claims").await.json().get("roles"), None);
}

#[tokio::test]
async fn a_misconfiguration_is_explained_in_the_response_on_request_only() {
    for (setting, explains) in [("true", true), ("false", false)] {
        let builder = TestEnvBuilder::new().set("AUTH0_EXPOSE_DIAGNOSES", setting);
        let env = builder.build().await;
        let mut browser = env.browser();
        env.provider
            .reply(Endpoint::Exchange, Reply::error(400, "unauthorized_client"));
        let page = browser.attempt_login(&env.provider, "alice").await;
        assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(page.body.contains("What to do"), explains, "{}", page.body);
        assert_eq!(
            page.body.contains("The log of this site"),
            !explains,
            "{}",
            page.body
        );
        assert_eq!(env.auth0.config().expose_diagnoses(), explains);
    }
}
