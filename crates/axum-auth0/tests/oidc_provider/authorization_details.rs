//! Rich authorization requests (RFC 9396).

use axum::{Json, Router, routing::get};
use axum_auth0::{AuthorizationDetail, AuthorizationDetails, SignedInUser, TokenOptions};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use test_support::{ProductsApi, signer::parts};

use crate::site::{Site, SiteBuilder};

#[derive(Serialize, Deserialize)]
struct Payment {
    amount: String,
    actions: Vec<String>,
}

impl AuthorizationDetail for Payment {
    const TYPE: &'static str = "payment_initiation";
}

/// Returns the address of a login that requires a payment.
async fn pay(user: SignedInUser) -> String {
    let payment = Payment {
        amount: "45.00".to_owned(),
        actions: vec!["initiate".to_owned()],
    };
    let details = AuthorizationDetails::default().require(&payment).unwrap();
    user.authorization_url("/paid", &details).unwrap()
}

async fn paid(user: SignedInUser) -> Json<Vec<Payment>> {
    Json(user.authorization_details())
}

/// Returns a site at which Alice is logged in.
async fn start(granted: &str, requests: &str) -> Option<Site> {
    let app = Router::new()
        .route("/pay", get(pay))
        .route("/paid", get(paid));
    let site = SiteBuilder::new()
        .feature("RICH_AUTHORIZATION", granted)
        .variable("AUTH0_PUSHED_AUTHORIZATION_REQUESTS", requests)
        .app(app);
    let mut site = site.start().await?;
    site.log_in().await;
    assert_eq!(site.browser.get("/paid").await.json(), json!([]));
    Some(site)
}

#[tokio::test]
async fn what_the_user_granted_is_in_the_session_and_in_the_access_token() {
    for pushed in ["false", "true"] {
        let Some(mut site) = start("whole", pushed).await else {
            return;
        };
        let link = site.browser.get("/pay").await.body;
        let response = site.log_in_at(&link).await;
        assert_eq!(response.location(), "/paid", "{}", response.body);
        let payment = json!({ "amount": "45.00", "actions": ["initiate"] });
        assert_eq!(site.browser.get("/paid").await.json(), json!([payment]));
        let user = site.user().await;
        let token = user.access_token::<ProductsApi>().await;
        let (_, claims) = parts(token.unwrap().expose());
        let mut detail = payment;
        detail["type"] = json!("payment_initiation");
        assert_eq!(claims["authorization_details"], json!([detail]), "{pushed}");
        // A login without details has none.
        site.log_in().await;
        assert_eq!(site.browser.get("/paid").await.json(), json!([]));
    }
}

#[tokio::test]
async fn a_login_fails_if_the_user_granted_less() {
    for granted in ["lower", "not"] {
        let Some(mut site) = start(granted, "false").await else {
            return;
        };
        let link = site.browser.get("/pay").await.body;
        let response = site.log_in_at(&link).await;
        assert_eq!(response.status, StatusCode::FORBIDDEN, "{granted}");
        assert!(response.body.contains("This was not authorized"));
        // The session is the one of before. Its grant is the same at this provider, so the refresh token of the failed
        // login is not revoked.
        assert_eq!(site.browser.get("/paid").await.json(), json!([]));
        let options = TokenOptions {
            force_refresh: true,
            ..TokenOptions::default()
        };
        let user = site.user().await;
        let token = user.access_token_with::<ProductsApi>(options).await;
        let (_, claims) = parts(token.unwrap().expose());
        assert_eq!(claims["authorization_details"], Value::Null, "{granted}");
    }
}

/// The provider without the feature announces no types, and ignores the parameter.
#[tokio::test]
async fn a_provider_that_ignores_details_fails_the_login() {
    let Some(mut site) = start("", "false").await else {
        return;
    };
    let link = site.browser.get("/pay").await.body;
    let response = site.log_in_at(&link).await;
    assert_eq!(response.status, StatusCode::FORBIDDEN);
    assert_eq!(site.browser.get("/paid").await.json(), json!([]));
}

#[tokio::test]
async fn a_type_that_this_client_may_not_request_is_refused_with_the_words_of_the_provider() {
    for pushed in ["false", "true"] {
        let Some(mut site) = start("forbidden", pushed).await else {
            return;
        };
        let link = site.browser.get("/pay").await.body;
        let response = site.browser.get(&link).await;
        let response = if pushed == "true" {
            response
        } else {
            site.return_from(response.location()).await
        };
        assert!(
            response.body.contains("is not allowed for this client"),
            "{pushed}: {} {}",
            response.status,
            response.body
        );
        assert_eq!(site.browser.get("/paid").await.json(), json!([]));
    }
}
