//! A complete session with the SQLite store, followed by a search for each of its secrets.

use std::sync::Arc;

use axum_auth0::SqliteStore;
use http::StatusCode;

use crate::app::TestEnvBuilder;
use test_support::{Endpoint, Reply, log_capture};

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_the_log_or_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.db");
    let mut builder = TestEnvBuilder::new();
    builder.store = Arc::new(SqliteStore::open(&file).await.unwrap());
    let env = builder.build().await;

    let mut browser = env.browser();
    browser.log_in(&env.provider, "alice").await;
    browser.get("/products").await;
    browser.get("/auth/profile").await;
    env.token(&mut browser).await;
    env.clock.advance(2 * 3_600);
    env.token(&mut browser).await;
    browser.get("/token/orders").await;

    // Failures are logged, too: each of these has a secret in it.
    for reply in [
        Reply::error(400, "invalid_grant"),
        Reply::html(500),
        Reply::Truncated,
    ] {
        env.provider.reply(Endpoint::Exchange, reply);
        let response = env.browser().attempt_login(&env.provider, "alice").await;
        assert!(response.status.is_client_error() || response.status.is_server_error());
    }
    env.provider.recover(Endpoint::Exchange);
    for part in [
        test_support::fake_provider::Part::IdToken,
        test_support::fake_provider::Part::IdTokenHeader,
    ] {
        env.provider
            .modify(part, |value| value["alg"] = serde_json::json!("none"));
        env.browser().attempt_login(&env.provider, "alice").await;
        env.provider.reset(part);
    }
    // An invalid token response: openidconnect's error contains it.
    env.provider.modify(
        test_support::fake_provider::Part::ExchangeResponse,
        |response| {
            response["token_type"] = serde_json::json!({ "not": "a string" });
        },
    );
    let response = env.browser().attempt_login(&env.provider, "alice").await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    env.provider
        .reset(test_support::fake_provider::Part::ExchangeResponse);
    env.provider.modify(
        test_support::fake_provider::Part::RefreshResponse,
        |response| {
            response["expires_in"] = serde_json::json!({});
            response["scope"] = serde_json::json!(7);
        },
    );
    browser.get("/token/renewed").await;
    env.provider
        .reset(test_support::fake_provider::Part::RefreshResponse);

    let mut returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    returned = returned.with("state", "forged");
    browser.get(&returned.path()).await;
    browser.jar.insert(
        "session".to_owned(),
        "canary-forged-session-cookie".to_owned(),
    );
    browser.get("/whoami").await;
    browser.log_in(&env.provider, "bob").await;
    let debugged = format!("{:?} {:?}", env.auth0, env.auth0.config());

    let at_rest = std::fs::read_dir(folder.path()).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        (path.display().to_string(), std::fs::read(&path).unwrap())
    });
    for (path, bytes) in at_rest {
        let found = env.secrets.found_in(&String::from_utf8_lossy(&bytes));
        assert!(found.is_empty(), "{found:?} in {path}");
    }
    browser.post("/auth/logout", "").await;

    let log = log_capture::captured();
    // The log of this crate and of its dependencies.
    for text in ["login succeeded", " TRACE ", "tower_sessions_core"] {
        assert!(log.contains(text), "{text}");
    }
    for text in [&log, &debugged] {
        let found = env.secrets.found_in(text);
        assert!(found.is_empty(), "{found:?}");
    }
    assert!(!log.contains("canary-forged-session-cookie"));
    // The searched places and the secrets are not empty.
    for kind in [
        "AUTH0_SECRET",
        "ID token",
        "access token",
        "client secret",
        "code",
        "cookie",
        "nonce",
        "refresh token",
        "state",
        "verifier",
    ] {
        assert!(
            env.secrets.kinds().contains(&kind),
            "{kind} was never planted"
        );
    }
}

#[test]
fn the_search_finds_a_planted_secret() {
    let secrets = test_support::SecretScanner::default();
    secrets.add("token", "header-of-it.payload-of-it.signature");
    assert_eq!(secrets.found_in("xx payload-of-it xx"), ["token"]);
    assert!(secrets.found_in("xx payload xx").is_empty());
    log_capture::start();
    tracing::trace!("payload-of-it");
    assert_eq!(secrets.found_in(&log_capture::captured()), ["token"]);
}
