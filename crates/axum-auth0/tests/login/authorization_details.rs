//! Rich authorization requests (RFC 9396).

use axum::{Json, Router, routing::get};
use axum_auth0::{AuthorizationDetail, AuthorizationDetails, SignedInUser};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use test_support::{Browser, Endpoint, Part, TestResponse};

use crate::app::TestEnv;

#[derive(Debug, Serialize, Deserialize)]
struct Payment {
    amount: String,
    actions: Vec<String>,
}

impl AuthorizationDetail for Payment {
    const TYPE: &'static str = "payment_initiation";
}

#[derive(Debug, Serialize, Deserialize)]
struct Receipt {
    email: String,
}

impl AuthorizationDetail for Receipt {
    const TYPE: &'static str = "receipt";
}

/// Returns the address of a login that requires a payment and requests a receipt.
async fn pay(user: SignedInUser) -> String {
    let payment = Payment {
        amount: "45.00".to_owned(),
        actions: vec!["initiate".to_owned()],
    };
    let receipt = Receipt {
        email: "alice@example.com".to_owned(),
    };
    let details = AuthorizationDetails::default()
        .require(&payment)
        .unwrap()
        .request(&receipt)
        .unwrap();
    user.authorization_url("/paid", &details).unwrap()
}

async fn paid(user: SignedInUser) -> Json<Value> {
    let payments = user.authorization_details::<Payment>();
    Json(json!({ "payments": payments, "receipts": user.authorization_details::<Receipt>().len() }))
}

fn granted() -> Value {
    json!([
        { "type": "payment_initiation", "amount": "45.00", "actions": ["initiate"] },
        { "type": "receipt", "email": "alice@example.com" },
    ])
}

/// Returns a site with the pages `/pay` and `/paid`, and a browser that is logged in there.
async fn site() -> (TestEnv, Browser) {
    let env = TestEnv::new().await;
    let app = Router::new()
        .route("/pay", get(pay))
        .route("/paid", get(paid));
    let router = env.auth0.wrap(app);
    let browser = env.logged_in("alice").await.with_router(&router);
    (env, browser)
}

/// Opens the login of `link` as Alice, and returns the response of the callback.
async fn follow(env: &TestEnv, browser: &mut Browser, link: &str) -> TestResponse {
    let response = browser.get(link).await;
    assert_eq!(response.status, 303, "{}", response.body);
    let returned = env.provider.authorize(response.location(), "alice");
    browser.get(&returned.path()).await
}

#[tokio::test]
async fn what_the_provider_granted_is_available_after_the_login() {
    let (env, mut browser) = site().await;
    assert_eq!(browser.get("/paid").await.json()["payments"], json!([]));
    let link = browser.get("/pay").await.body;
    let response = follow(&env, &mut browser, &link).await;
    assert_eq!(response.location(), "/paid");
    let requests = env.provider.requests(Endpoint::Authorize);
    let details = requests[0].get("authorization_details").unwrap();
    assert_eq!(serde_json::from_str::<Value>(details).unwrap(), granted());
    let paid = browser.get("/paid").await.json();
    assert_eq!(
        paid["payments"],
        json!([{ "amount": "45.00", "actions": ["initiate"] }])
    );
    assert_eq!(paid["receipts"], 1);
    // A login without details has none.
    follow(&env, &mut browser, "/auth/login?returnTo=%2Fpaid").await;
    assert_eq!(browser.get("/paid").await.json()["payments"], json!([]));
}

#[tokio::test]
async fn a_login_fails_if_a_required_detail_was_not_granted() {
    for (case, response) in [
        ("none", Value::Null),
        (
            "another type",
            json!([{ "type": "receipt", "email": "alice@example.com" }]),
        ),
        (
            "a lower amount",
            json!([{ "type": "payment_initiation", "amount": "44.00", "actions": ["initiate"] }]),
        ),
        (
            "no action",
            json!([{ "type": "payment_initiation", "amount": "45.00", "actions": [] }]),
        ),
        (
            "not a list",
            json!({ "type": "payment_initiation", "amount": "45.00", "actions": ["initiate"] }),
        ),
        ("text", json!("payment_initiation")),
    ] {
        let (env, mut browser) = site().await;
        env.provider.modify(Part::ExchangeResponse, move |tokens| {
            tokens["authorization_details"] = response.clone();
        });
        let link = browser.get("/pay").await.body;
        let session = browser.session().cloned();
        let response = follow(&env, &mut browser, &link).await;
        assert_eq!(response.status, 403, "{case}: {}", response.body);
        assert!(response.body.contains("This was not authorized"), "{case}");
        assert_eq!(
            browser.session().cloned(),
            session,
            "{case}: the session of before"
        );
        assert_eq!(
            browser.get("/paid").await.json()["payments"],
            json!([]),
            "{case}"
        );
        assert_eq!(env.store.logins().await.len(), 1, "{case}: no login more");
    }
}

#[tokio::test]
async fn a_detail_that_is_only_requested_may_be_left_out() {
    let (env, mut browser) = site().await;
    env.provider.modify(Part::ExchangeResponse, |tokens| {
        tokens["authorization_details"]
            .as_array_mut()
            .unwrap()
            .truncate(1);
    });
    let link = browser.get("/pay").await.body;
    let response = follow(&env, &mut browser, &link).await;
    assert_eq!(response.location(), "/paid");
    assert_eq!(browser.get("/paid").await.json()["receipts"], 0);
}

/// The link cannot request something else, and not in another session.
#[tokio::test]
async fn a_link_is_for_its_session_and_for_ten_minutes() {
    let (env, mut browser) = site().await;
    let link = browser.get("/pay").await.body;
    let mut changed = link.clone();
    let last = if changed.ends_with('A') { "B" } else { "A" };
    changed.replace_range(changed.len() - 1.., last);
    let plain =
        "/auth/login?authorization_details=%5B%7B%22type%22%3A%22payment_initiation%22%7D%5D";
    let twice = format!("{link}&authorization_details=x");
    let mut refused = vec![
        browser.get(&changed).await,
        browser.get(plain).await,
        browser.get(&twice).await,
    ];
    refused.push(env.browser().get(&link).await);
    refused.push(env.logged_in("alice").await.get(&link).await);
    env.clock.advance(600);
    refused.push(browser.get(&link).await);
    for (case, response) in refused.iter().enumerate() {
        assert_eq!(response.status, 400, "{case}: {}", response.body);
        assert_eq!(response.header("location"), None, "{case}");
    }
}

#[tokio::test]
async fn a_type_that_the_provider_does_not_support_fails_before_the_redirect() {
    let (env, mut browser) = site().await;
    let link = browser.get("/pay").await.body;
    env.provider.modify(Part::Metadata, |metadata| {
        metadata["authorization_details_types_supported"] = json!(["receipt"]);
    });
    let router = env.restarted(&[]).await;
    let mut browser = browser.with_router(&router);
    let response = browser.get(&link).await;
    assert_eq!(response.status, 500, "{}", response.body);
    assert!(
        response.body.contains("the type payment_initiation"),
        "{}",
        response.body
    );
}
