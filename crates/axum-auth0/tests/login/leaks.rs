//! G01: the whole story once more, with the real store, and then a search for every secret of it.

use std::sync::Arc;

use axum_auth0::stores::SqliteStore;
use http::StatusCode;

use crate::{
    hop::{Endpoint, Reply},
    logs,
    world::Setting,
};

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_gets_into_the_log_or_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.db");
    let mut setting = Setting::usual();
    setting.store = Arc::new(SqliteStore::open(&file).await.unwrap());
    let world = setting.world().await;

    let mut browser = world.browser();
    browser.log_in(&world.hop, "alice").await;
    browser.go("/products").await;
    browser.go("/auth/profile").await;
    world.token(&mut browser).await;
    world.clock.advance(2 * 3_600);
    world.token(&mut browser).await;
    browser.go("/token/orders").await;

    // What fails is logged, too: each failure with a secret in it.
    for reply in [
        Reply::error(400, "invalid_grant"),
        Reply::html(500),
        Reply::Truncated,
    ] {
        world.hop.reply(Endpoint::Exchange, reply);
        let answer = world.browser().try_to_log_in(&world.hop, "alice").await;
        assert!(answer.status.is_client_error() || answer.status.is_server_error());
    }
    world.hop.recover(Endpoint::Exchange);
    for part in [crate::hop::Part::IdToken, crate::hop::Part::IdTokenHeader] {
        world
            .hop
            .bend(part, |value| value["alg"] = serde_json::json!("none"));
        world.browser().try_to_log_in(&world.hop, "alice").await;
        world.hop.straighten(part);
    }
    // A token answer that is not one: openidconnect's error carries it whole.
    world.hop.bend(crate::hop::Part::Exchanged, |answer| {
        answer["token_type"] = serde_json::json!({ "not": "a string" });
    });
    let answer = world.browser().try_to_log_in(&world.hop, "alice").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    world.hop.straighten(crate::hop::Part::Exchanged);
    world.hop.bend(crate::hop::Part::Refreshed, |answer| {
        answer["expires_in"] = serde_json::json!({});
        answer["scope"] = serde_json::json!(7);
    });
    browser.go("/token/renewed").await;
    world.hop.straighten(crate::hop::Part::Refreshed);

    let mut returned = browser.up_to_return(&world.hop, "alice").await;
    returned = returned.with("state", "forged");
    browser.go(&returned.path()).await;
    browser.jar.insert(
        "session".to_owned(),
        "canary-forged-session-cookie".to_owned(),
    );
    browser.go("/whoami").await;
    browser.log_in(&world.hop, "bob").await;
    let debugged = format!("{:?} {:?}", world.auth0, world.auth0.config());

    let at_rest = std::fs::read_dir(folder.path()).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        (path.display().to_string(), std::fs::read(&path).unwrap())
    });
    for (path, bytes) in at_rest {
        let found = world.canaries.found_in(&String::from_utf8_lossy(&bytes));
        assert!(found.is_empty(), "{found:?} in {path}");
    }
    browser.post("/auth/logout", "").await;

    let log = logs::written();
    assert!(log.contains("logged in") && log.contains(" TRACE ") && log.contains("sqlx"));
    for text in [&log, &debugged] {
        let found = world.canaries.found_in(text);
        assert!(found.is_empty(), "{found:?}");
    }
    assert!(!log.contains("canary-forged-session-cookie"));
    // The search searched for something.
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
            world.canaries.kinds().contains(&kind),
            "{kind} was never planted"
        );
    }
}

/// The search finds what is there.
#[test]
fn a_planted_secret_is_found() {
    let canaries = logs::Canaries::default();
    canaries.plant("token", "header-of-it.payload-of-it.signature");
    assert_eq!(canaries.found_in("xx payload-of-it xx"), ["token"]);
    assert!(canaries.found_in("xx payload xx").is_empty());
    logs::capture();
    tracing::trace!("payload-of-it");
    assert_eq!(canaries.found_in(&logs::written()), ["token"]);
}
