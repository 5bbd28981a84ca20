//! Back-channel logout: the provider ends sessions (OpenID Connect Back-Channel Logout 1.0).

mod ended;
mod in_flight;
mod requests;
mod validation;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
};
use http::{Method, header};
use serde_json::{Value, json};
use test_support::{CLIENT_ID, Part};

use crate::app::TestEnv;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const PATH: &str = "/auth/backchannel-logout";

/// A response of the route.
struct LogoutResponse {
    status: u16,
    cache_control: String,
    body: String,
}

/// Returns the claims of a valid logout token with the `sid` and the `sub` of `user`.
fn claims(env: &TestEnv, user: &str) -> Value {
    let now = env.clock_now();
    json!({
        "iss": env.provider.issuer(),
        "aud": CLIENT_ID,
        "iat": now,
        "exp": now + 120,
        "jti": format!("{user}-{now}"),
        "events": { EVENT: {} },
        "sub": format!("auth0|{user}"),
        "sid": format!("session-of-{user}"),
        "ignored_claim": "ignored",
    })
}

fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().unwrap().remove(name);
    claims
}

/// Signs claims as the provider does.
fn sign(env: &TestEnv, claims: &Value) -> String {
    let signer = env.provider.signer();
    let mut header = signer.header();
    header["typ"] = json!("logout+jwt");
    signer.sign_with_header(&header, claims)
}

/// Posts a form as the provider does: without a cookie and without Fetch Metadata.
async fn post_form(router: &Router, content_type: &str, form: String) -> LogoutResponse {
    let request = Request::builder()
        .method(Method::POST)
        .uri(PATH)
        .header(header::CONTENT_TYPE, content_type)
        .body(Body::from(form))
        .unwrap();
    send(router, request).await
}

async fn send(router: &Router, request: Request) -> LogoutResponse {
    let response = tower::ServiceExt::oneshot(router.clone(), request)
        .await
        .unwrap();
    assert!(!response.headers().contains_key(header::SET_COOKIE));
    let cache_control = response.headers().get(header::CACHE_CONTROL);
    LogoutResponse {
        status: response.status().as_u16(),
        cache_control: cache_control
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default(),
        body: {
            let bytes = to_bytes(response.into_body(), 100_000).await.unwrap();
            String::from_utf8(bytes.to_vec()).unwrap()
        },
    }
}

async fn post_to(router: &Router, token: &str) -> LogoutResponse {
    let form = format!("logout_token={token}");
    post_form(router, "application/x-www-form-urlencoded", form).await
}

async fn post(env: &TestEnv, token: &str) -> LogoutResponse {
    post_to(&env.router, token).await
}

/// Makes the provider use another `sid` for each login from now on.
fn with_session(env: &TestEnv, sid: Option<&'static str>) {
    env.provider.modify(Part::IdToken, move |claims| match sid {
        Some(sid) => claims["sid"] = json!(sid),
        None => {
            claims.as_object_mut().unwrap().remove("sid");
        }
    });
}
