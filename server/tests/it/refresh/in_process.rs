//! What these tests see of the site's world from within: people as its code has them, and every refresh.

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

/// Both APIs, and access tokens that last ten seconds. The clocks begin a little behind, so that the APIs, whose clocks are
/// right, accept all of them: they allow for a difference of half a minute.
pub(crate) fn short_lived(builder: &mut TestEnvBuilder) {
    builder.add_orders();
    builder.tenant.access_token_lifetime = Duration::from_secs(10);
    builder.seconds_behind = 15;
}

/// The person as the site's own code sees them.
pub(crate) async fn user_of(env: &TestEnv, browser: &Browser) -> SignedInUser {
    user_by(&env.auth0, env, browser).await
}

/// The person as the code of another process of the site sees them, whose engine is `auth0`.
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

/// The refreshes that the tenant has answered, in their order.
pub(crate) fn refreshes(env: &TestEnv) -> Vec<RecordedExchange> {
    let mut entries = env.tenant_requests.matching(&Method::POST, "/oauth/token");
    entries.retain(|entry| entry.form_field("grant_type").as_deref() == Some("refresh_token"));
    entries
}

/// That each refresh of the one person in this world showed the refresh token that the answer before had brought.
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

/// Whom a token is of; it has to be for the API with this audience.
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
