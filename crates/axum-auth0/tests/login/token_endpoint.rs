//! Responses of the token endpoint to a code.

use http::StatusCode;
use serde_json::{Value, json};

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{CLIENT_ID, CLIENT_SECRET, Endpoint, Part, Reply};

/// An attacker's code with the victim's own transaction.
#[tokio::test]
async fn an_injected_code_is_refused_because_of_its_challenge() {
    let env = TestEnv::new().await;
    let attackers = env
        .browser()
        .authorize_without_callback(&env.provider, "mallory")
        .await;
    let mut victim = env.browser();
    let returned = victim
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let injected = returned.with("code", attackers.get("code"));
    let response = victim.get(&injected.path()).await;
    env.assert_login_failed(&mut victim, &response, 400, "injected code")
        .await;
    assert_eq!(victim.pending_logins(), 0, "the transaction is spent");
}

#[tokio::test]
async fn every_error_of_the_token_endpoint_is_shown_as_a_page() {
    let huge = "A".repeat(10 * 1024 * 1024);
    for (case, reply, status) in [
        ("invalid_grant", Reply::error(400, "invalid_grant"), 400),
        ("invalid_client", Reply::error(401, "invalid_client"), 500),
        (
            "unauthorized_client",
            Reply::error(403, "unauthorized_client"),
            500,
        ),
        (
            "an unregistered error",
            Reply::error(400, "unregistered_code"),
            500,
        ),
        (
            "temporarily_unavailable",
            Reply::error(400, "temporarily_unavailable"),
            503,
        ),
        (
            "plain text 403",
            Reply::text(403, "text/plain", "Forbidden"),
            500,
        ),
        ("empty 400", Reply::status(400), 500),
        ("empty 401", Reply::status(401), 500),
        ("HTML 500", Reply::html(500), 503),
        ("503", Reply::busy(503, "120"), 503),
        ("429", Reply::busy(429, "120"), 503),
        ("HTML 200", Reply::html(200), 503),
        ("empty 200", Reply::status(200), 503),
        ("204", Reply::status(204), 503),
        ("a list", Reply::Json(200, json!([])), 503),
        ("an empty object", Reply::Json(200, json!({})), 503),
        ("an error with 200", Reply::error(200, "invalid_grant"), 400),
        (
            "deep JSON",
            Reply::text(200, "application/json", &"[".repeat(20_000)),
            503,
        ),
        ("10 MB", Reply::text(200, "application/json", &huge), 503),
        ("truncated", Reply::Truncated, 503),
        (
            "a redirect",
            Reply::status(307).with_header("location", "/evil"),
            503,
        ),
    ] {
        let env = TestEnv::new().await;
        env.provider.reply(Endpoint::Exchange, reply);
        let mut browser = env.browser();
        let response = browser.attempt_login(&env.provider, "alice").await;
        env.assert_login_failed(&mut browser, &response, status, case)
            .await;
        assert_eq!(
            browser.pending_logins(),
            0,
            "{case}: the transaction is spent"
        );
        assert_eq!(env.provider.request_count(Endpoint::Exchange), 1, "{case}");
        let waits = matches!(case, "503" | "429");
        assert_eq!(
            response.header("retry-after") == Some("120"),
            waits,
            "{case}"
        );
    }
}

/// The timeout is that of the configuration.
#[tokio::test]
async fn a_token_endpoint_that_does_not_respond_times_out() {
    for reply in [Reply::NoResponse, Reply::Stalled] {
        let env = TestEnvBuilder::new()
            .set("AUTH0_HTTP_TIMEOUT", "1000")
            .build()
            .await;
        let case = format!("{reply:?}");
        env.provider.reply(Endpoint::Exchange, reply);
        let mut browser = env.browser();
        let response = browser.attempt_login(&env.provider, "alice").await;
        env.assert_login_failed(&mut browser, &response, 503, &case)
            .await;
        env.provider.recover(Endpoint::Exchange);
        browser.log_in(&env.provider, "alice").await;
    }
}

#[tokio::test]
async fn unusual_token_responses_are_accepted() {
    for (case, member, value) in [
        ("no expires_in", "expires_in", None),
        ("expires_in as a string", "expires_in", Some(json!("3600"))),
        ("expires_in as text", "expires_in", Some(json!("an hour"))),
        (
            "expires_in with a fraction",
            "expires_in",
            Some(json!(3599.5)),
        ),
        ("expires_in negative", "expires_in", Some(json!(-1))),
        ("expires_in out of range", "expires_in", Some(json!(1e18))),
        (
            "expires_in as the largest number",
            "expires_in",
            Some(json!(u64::MAX)),
        ),
        ("expires_in null", "expires_in", Some(json!(null))),
        ("bEARER", "token_type", Some(json!("bEARER"))),
        ("no scope", "scope", None),
        (
            "scope as an array",
            "scope",
            Some(json!(["openid", "read:products"])),
        ),
        ("another scope", "scope", Some(json!("something else"))),
        ("scope null", "scope", Some(json!(null))),
        ("scope empty", "scope", Some(json!(""))),
        ("refresh_token null", "refresh_token", Some(json!(null))),
        ("refresh_token empty", "refresh_token", Some(json!(""))),
        (
            "an unknown member",
            "x",
            Some(json!({ "deep": [1, 2, {}] })),
        ),
    ] {
        let env = TestEnv::new().await;
        env.provider
            .modify(Part::ExchangeResponse, move |response| {
                change(response, member, value.clone());
            });
        let mut browser = env.browser();
        let response = browser.attempt_login(&env.provider, "alice").await;
        assert_eq!(
            response.status,
            StatusCode::SEE_OTHER,
            "{case}: {}",
            response.body
        );
        let token = browser.get("/token").await;
        assert_eq!(token.status, StatusCode::OK, "{case}: {}", token.body);
        assert_eq!(env.provider.request_count(Endpoint::Refresh), 0, "{case}");
    }
}

#[tokio::test]
async fn invalid_token_responses_are_refused() {
    for (case, member, value, status) in [
        ("no id_token", "id_token", None, 502),
        ("id_token null", "id_token", Some(json!(null)), 502),
        ("id_token empty", "id_token", Some(json!("")), 502),
        ("id_token a number", "id_token", Some(json!(7)), 502),
        ("no token_type", "token_type", None, 503),
        ("another token_type", "token_type", Some(json!("DPoP")), 503),
        ("no access_token", "access_token", None, 503),
        ("access_token a number", "access_token", Some(json!(7)), 503),
        (
            "refresh_token a number",
            "refresh_token",
            Some(json!(7)),
            503,
        ),
    ] {
        let env = TestEnv::new().await;
        env.provider
            .modify(Part::ExchangeResponse, move |response| {
                change(response, member, value.clone());
            });
        let mut browser = env.browser();
        let response = browser.attempt_login(&env.provider, "alice").await;
        env.assert_login_failed(&mut browser, &response, status, case)
            .await;
        assert_eq!(env.provider.request_count(Endpoint::Userinfo), 0, "{case}");
    }
}

#[tokio::test]
async fn a_token_response_with_status_201_is_accepted() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.token_response_status = 201);
    let mut browser = env.logged_in("alice").await;
    assert_eq!(browser.get("/token/renewed").await.status, StatusCode::OK);
}

/// RFC 6749 §2.3.1, with characters that must be encoded.
#[tokio::test]
async fn the_client_authenticates_with_a_supported_method() {
    for (advertised, post, basic) in [
        (json!(["client_secret_basic"]), false, true),
        (json!(["client_secret_post"]), true, false),
        (
            json!(["private_key_jwt", "client_secret_post"]),
            true,
            false,
        ),
        (Value::Null, false, true),
    ] {
        let env = TestEnv::new().await;
        let case = advertised.to_string();
        env.provider.policy(|policy| {
            policy.accepts_post = post;
            policy.accepts_basic = basic;
        });
        env.provider.modify(Part::Metadata, move |metadata| {
            metadata["token_endpoint_auth_methods_supported"] = advertised.clone();
        });
        let mut browser = env.browser();
        browser.log_in(&env.provider, "alice").await;
        assert_eq!(
            browser.get("/token/renewed").await.status,
            StatusCode::OK,
            "{case}"
        );
        browser.post("/auth/logout", "").await;
        for endpoint in [Endpoint::Exchange, Endpoint::Refresh, Endpoint::Revocation] {
            // The metadata has no method for the revocation endpoint, so Basic is tried first there.
            let request = env.provider.requests(endpoint).pop().unwrap();
            assert_eq!(
                request.authorization.is_some(),
                basic,
                "{case} {endpoint:?}"
            );
            assert_eq!(
                request.get("client_secret").is_some(),
                post,
                "{case} {endpoint:?}"
            );
        }
        assert_eq!(env.provider.revoked_families(), 1, "{case}: revoked");
    }
}

/// For a provider that announces a method it does not accept.
#[tokio::test]
async fn the_configured_client_authentication_takes_precedence() {
    for (method, post) in [("client_secret_basic", false), ("client_secret_post", true)] {
        let env = TestEnvBuilder::new()
            .set("AUTH0_CLIENT_AUTHENTICATION", method)
            .build()
            .await;
        env.provider.modify(Part::Metadata, move |metadata| {
            let other = if post {
                "client_secret_basic"
            } else {
                "client_secret_post"
            };
            metadata["token_endpoint_auth_methods_supported"] = json!([other]);
        });
        env.browser().log_in(&env.provider, "alice").await;
        let request = env.provider.requests(Endpoint::Exchange).remove(0);
        let secret = post.then_some(CLIENT_SECRET);
        assert_eq!(request.get("client_secret"), secret);
        assert_eq!(request.get("client_id"), post.then_some(CLIENT_ID));
    }
}

fn change(response: &mut Value, member: &str, value: Option<Value>) {
    match value {
        Some(value) => response[member] = value,
        None => {
            response.as_object_mut().unwrap().remove(member);
        }
    }
}
