//! Authorization details of a login (RFC 9396), and pushed requests (RFC 9126), from a site to the tenant.

use axum::{Json, Router, response::Redirect, routing::get};
use axum_auth0::{AuthorizationDetail, AuthorizationDetails, SignedInUser};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    browser::{ALICE, Browser, PASSWORD, Response},
    test_env::{TestEnv, TestEnvBuilder},
};

#[derive(Debug, Serialize, Deserialize)]
struct Payment {
    amount: String,
}

impl AuthorizationDetail for Payment {
    const TYPE: &'static str = "payment_initiation";
}

async fn pay(user: SignedInUser) -> Redirect {
    let payment = Payment {
        amount: "45.00".to_owned(),
    };
    let details = AuthorizationDetails::default().require(&payment).unwrap();
    Redirect::to(&user.authorization_url("/paid", &details).unwrap())
}

async fn paid(user: SignedInUser) -> Json<Value> {
    Json(json!(user.authorization_details::<Payment>()))
}

fn use_payments(builder: &mut TestEnvBuilder) {
    builder.pages = Some(
        Router::new()
            .route("/", get(async || "home"))
            .route("/pay", get(pay))
            .route("/paid", get(paid)),
    );
    builder.set("AUTH0_PUSHED_AUTHORIZATION_REQUESTS", "true");
    builder.tenant.require_pushed_authorization_requests = true;
}

/// Logs in as Alice and starts a payment. Returns the response to it.
async fn start_payment(browser: &Browser) -> Response {
    let form = browser.open("/auth/login").await.assert_status(200);
    let home = browser.submit_login(&form, ALICE, PASSWORD).await;
    home.assert_status(200);
    browser.open("/pay").await
}

/// Answers the consent form of the tenant.
async fn answer(browser: &Browser, page: &Response, action: &str) -> Response {
    let mut form = page.html().form("/u/consent");
    form.fields.insert("action".to_owned(), action.to_owned());
    let response = browser.submit(page, form, &[]).await;
    browser.follow_redirects(response).await
}

#[tokio::test]
async fn a_payment_that_the_user_approved_at_the_tenant_is_granted() {
    let env = TestEnv::with(use_payments).await;
    let alice = env.browser();
    let consent = start_payment(&alice).await.assert_status(200);
    assert!(consent.html().text().contains("45.00"));
    let paid = answer(&alice, &consent, "accept").await.assert_status(200);
    assert_eq!(paid.json(), json!([{ "amount": "45.00" }]));
    let pushed = |request: &&test_support::RecordedExchange| request.path == "/oauth/par";
    let requests = env.tenant_requests.entries();
    assert_eq!(requests.iter().filter(pushed).count(), 2);
}

#[tokio::test]
async fn a_payment_that_the_user_declined_at_the_tenant_is_not_granted() {
    let env = TestEnv::with(use_payments).await;
    let alice = env.browser();
    let consent = start_payment(&alice).await.assert_status(200);
    let declined = answer(&alice, &consent, "decline").await;
    assert!(!declined.status.is_success(), "{}", declined.status);
    let paid = alice.open("/paid").await.assert_status(200);
    assert_eq!(paid.json(), json!([]));
}

#[tokio::test]
async fn a_type_that_the_tenant_does_not_know_fails_the_login() {
    let env = TestEnv::with(|builder| {
        use_payments(builder);
        builder.tenant.authorization_detail_types = vec!["other".to_owned()];
    })
    .await;
    let alice = env.browser();
    let refused = start_payment(&alice).await;
    assert!(!refused.status.is_success(), "{}", refused.status);
    let paid = alice.open("/paid").await.assert_status(200);
    assert_eq!(paid.json(), json!([]));
}

/// The tenant requires pushed requests, as its metadata says: the site pushes them without the variable.
#[tokio::test]
async fn a_tenant_that_requires_pushed_requests_receives_them() {
    let env = TestEnv::with(|builder| {
        builder.tenant.require_pushed_authorization_requests = true;
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let pushed = |request: &&test_support::RecordedExchange| request.path == "/oauth/par";
    let requests = env.tenant_requests.entries();
    assert_eq!(requests.iter().filter(pushed).count(), 1);
}
