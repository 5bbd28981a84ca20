//! A provider that is down, slow, or has unusable metadata or keys.

use futures::future::join_all;
use http::StatusCode;
use serde_json::{Value, json};

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{Endpoint, Part, Reply, Signer};

#[tokio::test]
async fn sessions_continue_while_the_provider_is_down() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    for endpoint in [
        Endpoint::Discovery,
        Endpoint::Keys,
        Endpoint::Exchange,
        Endpoint::Refresh,
    ] {
        env.provider.reply(endpoint, Reply::html(502));
    }
    env.clock.advance(3_000);
    assert_eq!(browser.whoami().await, "auth0|alice");
    assert_eq!(browser.get("/products").await.status, StatusCode::OK);
    env.token(&mut browser).await;
    assert_eq!(browser.get("/auth/profile").await.status, StatusCode::OK);
}

/// The site starts without its provider and recovers without a restart.
#[tokio::test]
async fn a_login_while_the_provider_is_down_is_a_503_with_a_retry_link() {
    for reply in [
        Reply::html(502),
        Reply::busy(503, "30"),
        Reply::html(200),
        Reply::status(404),
        Reply::Truncated,
        Reply::Json(200, json!([])),
        Reply::text(200, "application/json", &"{".repeat(5_000)),
        Reply::text(200, "application/json", &" ".repeat(3_000_000)),
    ] {
        let case = format!("{reply:?}").chars().take(60).collect::<String>();
        let env = TestEnv::new().await;
        env.provider.reply(Endpoint::Discovery, reply);
        let mut browser = env.browser();
        let response = browser.get("/auth/login?returnTo=%2Fproducts").await;
        env.assert_login_failed(&mut browser, &response, 503, &case)
            .await;
        assert!(response.header("retry-after").is_some(), "{case}");
        assert!(
            response.body.contains("/auth/login?returnTo=%2Fproducts"),
            "{case}"
        );
        assert!(browser.jar.is_empty(), "{case}");
        assert!(env.auth0.ready().await.is_err(), "{case}");
        // It is backed off for all requests.
        for _ in 0..5 {
            let response = browser.get("/auth/login").await;
            assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE, "{case}");
        }
        assert_eq!(env.provider.request_count(Endpoint::Discovery), 1, "{case}");
        env.provider.recover(Endpoint::Discovery);
        env.clock.advance(31);
        browser.log_in(&env.provider, "alice").await;
        assert!(env.auth0.ready().await.is_ok(), "{case}");
    }
}

/// A response that never starts, or never ends.
#[tokio::test]
async fn a_provider_that_hangs_does_not_hang_the_site() {
    let endpoints = [
        Endpoint::Discovery,
        Endpoint::Keys,
        Endpoint::Refresh,
        Endpoint::Userinfo,
    ];
    let cases = endpoints.map(|endpoint| hangs_at(endpoint, Reply::NoResponse));
    join_all(cases).await;
    join_all(endpoints.map(|endpoint| hangs_at(endpoint, Reply::Stalled))).await;
}

async fn hangs_at(endpoint: Endpoint, reply: Reply) {
    let case = format!("{reply:?} {endpoint:?}");
    let env = TestEnvBuilder::new()
        .set("AUTH0_HTTP_TIMEOUT", "1000")
        .build()
        .await;
    env.provider.modify(Part::IdToken, |claims| {
        claims.as_object_mut().unwrap().remove("name");
        claims.as_object_mut().unwrap().remove("email");
    });
    env.provider.reply(endpoint, reply);
    let mut browser = env.browser();
    let response = browser.get("/auth/login").await;
    if endpoint == Endpoint::Discovery {
        return env
            .assert_login_failed(&mut browser, &response, 503, &case)
            .await;
    }
    let returned = env.provider.authorize(response.location(), "alice");
    let response = browser.get(&returned.path()).await;
    if endpoint == Endpoint::Keys {
        // The ID token cannot be verified, which is not an error of the user.
        return env
            .assert_login_failed(&mut browser, &response, 503, &case)
            .await;
    }
    assert_eq!(response.status, StatusCode::SEE_OTHER, "{case}");
    let response = browser.get("/token/renewed").await;
    let expected = if endpoint == Endpoint::Refresh {
        503
    } else {
        200
    };
    assert_eq!(response.status.as_u16(), expected, "{case}");
    assert_eq!(browser.whoami().await, "auth0|alice", "{case}");
}

/// Unusable key sets.
#[tokio::test]
async fn without_usable_keys_no_login_succeeds() {
    let good = Signer::es256("first", 1);
    let mut private = good.jwk();
    private["d"] = json!("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE");
    let mut encryption = good.jwk();
    encryption["use"] = json!("enc");
    let mut other_curve = good.jwk();
    other_curve["crv"] = json!("P-384");
    let many: Vec<Value> = (0..1_000).map(|_| good.jwk()).collect();
    let secret = json!({ "kty": "oct", "k": "c2VjcmV0", "alg": "HS256", "kid": "first" });
    for (case, reply) in [
        ("500", Reply::html(500)),
        ("HTML", Reply::html(200)),
        ("empty", Reply::Json(200, json!({}))),
        ("no keys", Reply::Json(200, json!({ "keys": [] }))),
        ("keys an object", Reply::Json(200, json!({ "keys": {} }))),
        (
            "10 MB",
            Reply::text(200, "application/json", &" ".repeat(10_000_000)),
        ),
        ("1000 keys", Reply::Json(200, json!({ "keys": many }))),
        (
            "a private key",
            Reply::Json(200, json!({ "keys": [private] })),
        ),
        (
            "a key for encryption",
            Reply::Json(200, json!({ "keys": [encryption] })),
        ),
        (
            "a key of another curve",
            Reply::Json(200, json!({ "keys": [other_curve] })),
        ),
        (
            "a shared secret",
            Reply::Json(200, json!({ "keys": [secret] })),
        ),
        ("truncated", Reply::Truncated),
    ] {
        let env = TestEnv::new().await;
        env.provider.reply(Endpoint::Keys, reply);
        let mut browser = env.browser();
        let response = browser.attempt_login(&env.provider, "alice").await;
        env.assert_login_failed(&mut browser, &response, 503, case)
            .await;
    }
}

/// The last usable keys are kept for a day.
#[tokio::test]
async fn the_last_usable_keys_are_kept() {
    let env = TestEnv::new().await;
    env.provider.reply(Endpoint::Keys, Reply::html(500));
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 503, "never any keys")
        .await;
    env.provider.recover(Endpoint::Keys);
    env.clock.advance(11);
    browser.log_in(&env.provider, "alice").await;
    for reply in [Reply::html(500), Reply::Json(200, json!({ "keys": [] }))] {
        env.provider.reply(Endpoint::Keys, reply);
        env.clock.advance(700);
        browser.log_in(&env.provider, "alice").await;
    }
    browser.post("/auth/logout", "").await;
    env.clock.advance(24 * 3_600);
    env.auth0.delete_expired().await.unwrap();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 503, "a day later")
        .await;
}

/// OpenID Connect Discovery 1.0 §4.3.
#[tokio::test]
async fn metadata_of_another_issuer_starts_no_login() {
    for modify in [
        |issuer: &str| json!(format!("{issuer}INVALID")),
        |issuer: &str| json!(issuer.trim_end_matches('/')),
        |_: &str| json!("https://evil.example/"),
        |_: &str| Value::Null,
    ] {
        let env = TestEnv::new().await;
        env.provider.modify(Part::Metadata, move |metadata| {
            metadata["issuer"] = modify(metadata["issuer"].as_str().unwrap());
        });
        let mut browser = env.browser();
        let response = browser.get("/auth/login").await;
        env.assert_login_failed(&mut browser, &response, 503, "another issuer")
            .await;
    }
}

#[tokio::test]
async fn metadata_without_the_endpoints_of_a_login_is_a_503() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::Metadata, |metadata| {
        drop(
            metadata
                .as_object_mut()
                .unwrap()
                .remove("authorization_endpoint"),
        );
    });
    let mut browser = env.browser();
    let response = browser.get("/auth/login").await;
    env.assert_login_failed(&mut browser, &response, 503, "no authorization endpoint")
        .await;

    let env = TestEnv::new().await;
    env.provider.modify(Part::Metadata, |metadata| {
        drop(metadata.as_object_mut().unwrap().remove("token_endpoint"));
    });
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 503, "no token endpoint")
        .await;
}

/// RFC 6749 §3.1: an endpoint can have a query.
#[tokio::test]
async fn the_query_of_an_endpoint_is_kept() {
    let env = TestEnv::new().await;
    let (authorize, logout) = (
        env.provider.url("/authorize?tenant=a%20b"),
        env.provider.url("/oidc/logout?p=1"),
    );
    env.provider.modify(Part::Metadata, move |metadata| {
        metadata["authorization_endpoint"] = json!(authorize);
        metadata["end_session_endpoint"] = json!(logout);
    });
    let mut browser = env.browser();
    let response = browser.start_login("/").await;
    assert_eq!(
        response.redirect_parameter("tenant").as_deref(),
        Some("a b")
    );
    browser.log_in(&env.provider, "alice").await;
    let response = browser.post("/auth/logout", "").await;
    assert_eq!(response.redirect_parameter("p").as_deref(), Some("1"));
}
