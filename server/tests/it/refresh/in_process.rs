//! The site in this process: its signed-in users as values, and the refreshes at the tenant.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{Router, body::Body, extract::State, routing::get};
use axum_auth0::{Auth0, SignedInUser, jwt};
use http::{Method, Request, header};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::{
    browser::Browser,
    test_env::{RecordedExchange, TestEnv, TestEnvBuilder},
};

/// Runs both APIs with access tokens that last ten seconds. The clocks start slightly behind, so that the APIs, which use the
/// system's clock, accept all tokens within their leeway of 30 seconds.
pub(crate) fn short_lived(builder: &mut TestEnvBuilder) {
    builder.add_orders();
    builder.tenant.access_token_lifetime = Duration::from_secs(10);
    builder.seconds_behind = 15;
}

/// Returns the signed-in user of a browser, as a handler of the site receives it.
pub(crate) async fn user_of(env: &TestEnv, browser: &Browser) -> SignedInUser {
    user_by(&env.auth0, env, browser).await
}

/// Returns the signed-in user of a browser, as a handler of another process of the site receives it.
pub(crate) async fn user_by(auth0: &Auth0, env: &TestEnv, browser: &Browser) -> SignedInUser {
    let seen = Seen::default();
    let probe = Router::new()
        .route("/probe", get(see))
        .with_state(seen.clone());
    let cookie = format!("session={}", browser.cookie("session").unwrap());
    let request = Request::get("/probe")
        .header(header::HOST, env.host())
        .header(header::COOKIE, cookie)
        .body(Body::empty())
        .unwrap();
    let response = auth0.wrap(probe).oneshot(request).await;
    assert_eq!(response.unwrap().status(), 200);
    let user = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
    user.unwrap()
}

type Seen = Arc<Mutex<Option<SignedInUser>>>;

async fn see(State(seen): State<Seen>, user: SignedInUser) {
    *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(user);
}

/// Returns the refreshes that the tenant has answered, in order.
pub(crate) fn refreshes(env: &TestEnv) -> Vec<RecordedExchange> {
    let mut entries = env.tenant_requests.matching(&Method::POST, "/oauth/token");
    entries.retain(|entry| entry.form_field("grant_type").as_deref() == Some("refresh_token"));
    entries
}

/// Asserts that each refresh of the only user sent the refresh token of the previous response.
pub(crate) fn assert_refresh_chain(env: &TestEnv) {
    let granted = env.tenant_requests.matching(&Method::POST, "/oauth/token");
    assert_eq!(
        granted[0].form_field("grant_type").unwrap(),
        "authorization_code"
    );
    for pair in granted.windows(2) {
        assert_eq!(pair[1].status, 200, "{:?}", pair[1]);
        let brought = pair[0].response_field("refresh_token");
        assert!(brought.is_some());
        assert_eq!(pair[1].form_field("refresh_token"), brought);
    }
}

/// Returns the subject of a token, and asserts its audience.
pub(crate) fn subject_of(token: &str, audience: &str) -> String {
    let claims = jwt::decode_unverified(token).unwrap();
    let claims = claims.unverified();
    let audiences = claims.audience().unwrap();
    assert!(audiences.contains(&audience), "{audiences:?}");
    claims
        .get("sub")
        .and_then(Value::as_str)
        .unwrap()
        .to_owned()
}
