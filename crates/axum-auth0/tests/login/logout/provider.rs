//! The session at the provider.

use http::StatusCode;
use serde_json::json;
use test_support::{CLIENT_ID, Endpoint, Part, Reply, SITE};

use super::assert_logged_out;
use crate::app::{TestEnv, TestEnvBuilder};

#[tokio::test]
async fn a_logout_ends_the_session_here_and_then_at_the_provider() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let response = browser.post("/auth/logout", "").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert!(
        response
            .location()
            .starts_with(&env.provider.url("/oidc/logout?"))
    );
    assert_eq!(
        response.redirect_parameter("client_id").as_deref(),
        Some(CLIENT_ID)
    );
    let landing = format!("{SITE}/signed-out");
    assert_eq!(
        response.redirect_parameter("post_logout_redirect_uri"),
        Some(landing)
    );
    assert_eq!(
        response.redirect_parameter("logout_hint").as_deref(),
        Some("session-of-alice")
    );
    let hint = response.redirect_parameter("id_token_hint").unwrap();
    assert_eq!(test_support::signer::parts(&hint).1["sub"], "auth0|alice");
    assert_eq!(response.header("cache-control"), Some("no-store"));
    assert_eq!(response.header("clear-site-data"), Some("\"cache\""));
    assert_logged_out(&env, &mut browser, "after").await;
    assert_eq!(env.provider.request_count(Endpoint::Revocation), 1);
    assert_eq!(env.provider.revoked_families(), 1);
}

/// The logout endpoints of different providers.
#[tokio::test]
async fn the_local_session_ends_with_any_logout_endpoint_of_the_provider() {
    for (case, remove, issuer_path, target) in [
        (
            "an Auth0 tenant of old",
            "end_session_endpoint",
            "/",
            Some("/v2/logout?"),
        ),
        ("none, not Auth0", "end_session_endpoint", "/realms/a", None),
        (
            "none, an issuer without a slash",
            "end_session_endpoint",
            "",
            None,
        ),
        (
            "no revocation",
            "revocation_endpoint",
            "/",
            Some("/oidc/logout?"),
        ),
    ] {
        let mut builder = TestEnvBuilder::new();
        builder.issuer_path = issuer_path;
        let env = builder.build().await;
        env.provider.modify(Part::Metadata, move |metadata| {
            drop(metadata.as_object_mut().unwrap().remove(remove));
        });
        let mut browser = env.logged_in("alice").await;
        let response = browser.post("/auth/logout", "").await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{case}");
        match target {
            Some(path) => {
                assert!(
                    response.location().starts_with(&env.provider.url(path)),
                    "{case}"
                );
                assert_eq!(
                    response.redirect_parameter("client_id").as_deref(),
                    Some(CLIENT_ID)
                );
            }
            None => assert_eq!(response.location(), "/signed-out", "{case}"),
        }
        assert_logged_out(&env, &mut browser, case).await;
    }
}

/// `AUTH0_LOGOUT_STRATEGY`, and the parameter `federated` of nextjs-auth0.
#[tokio::test]
async fn the_strategy_chooses_the_logout_endpoint() {
    for (strategy, announced, target) in [
        ("auto", true, Some("/oidc/logout?")),
        ("auto", false, Some("/v2/logout?")),
        ("oidc", true, Some("/oidc/logout?")),
        ("oidc", false, None),
        ("v2", true, Some("/v2/logout?")),
        ("v2", false, Some("/v2/logout?")),
    ] {
        let case = format!("{strategy}, announced: {announced}");
        let env = TestEnvBuilder::new()
            .set("AUTH0_LOGOUT_STRATEGY", strategy)
            .build()
            .await;
        if !announced {
            env.provider.modify(Part::Metadata, |metadata| {
                drop(
                    metadata
                        .as_object_mut()
                        .unwrap()
                        .remove("end_session_endpoint"),
                );
            });
        }
        for (path, form, federated) in [
            ("/auth/logout", "", false),
            ("/auth/logout?federated", "", true),
            ("/auth/logout", "federated=", true),
        ] {
            let mut browser = env.logged_in("alice").await;
            let response = browser.post(path, form).await;
            assert_eq!(response.status, StatusCode::SEE_OTHER, "{case}");
            let Some(target) = target else {
                assert_eq!(response.location(), "/signed-out", "{case}");
                continue;
            };
            let location = response.location();
            assert!(
                location.starts_with(&env.provider.url(target)),
                "{case}: {location}"
            );
            let has_federated = response.redirect_parameter("federated").is_some();
            assert_eq!(has_federated, federated, "{case}: {location}");
        }
    }
}

#[tokio::test]
async fn a_logout_succeeds_while_the_provider_is_down() {
    for reply in [Reply::html(500), Reply::status(404), Reply::Truncated] {
        let case = format!("{reply:?}");
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        for endpoint in [Endpoint::Discovery, Endpoint::Revocation] {
            env.provider.reply(endpoint, reply.clone());
        }
        env.clock.advance(2 * 3_600);
        let response = browser.post("/auth/logout", "").await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{case}");
        assert_logged_out(&env, &mut browser, &case).await;
    }
}

/// The provider was unavailable since this process started.
#[tokio::test]
async fn without_provider_metadata_a_logout_ends_at_this_site() {
    let env = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    env.provider.reply(Endpoint::Discovery, Reply::html(503));
    let started_anew = env.restarted(&[]).await;
    let mut browser = browser.with_router(&started_anew);
    let response = browser.post("/auth/logout", "").await;
    assert_eq!(response.location(), "/signed-out");
    assert_logged_out(&env, &mut browser, "down").await;
}

#[tokio::test]
async fn a_slow_revocation_delays_a_logout_only_briefly() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_HTTP_TIMEOUT", "1000")
        .build()
        .await;
    let mut browser = env.logged_in("alice").await;
    env.provider.reply(Endpoint::Revocation, Reply::NoResponse);
    let response = browser.post("/auth/logout", "").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert_logged_out(&env, &mut browser, "hanging").await;
}

/// An ID token that would make the logout URL too long.
#[tokio::test]
async fn an_id_token_too_long_for_a_url_is_left_out() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::IdToken, |claims| {
        claims["roles"] = json!("r".repeat(6_000));
    });
    let mut browser = env.logged_in("alice").await;
    let response = browser.post("/auth/logout", "").await;
    assert_eq!(response.redirect_parameter("id_token_hint"), None);
    assert!(response.location().len() < 6_000);
    assert_eq!(
        response.redirect_parameter("logout_hint").as_deref(),
        Some("session-of-alice")
    );
    assert_logged_out(&env, &mut browser, "large").await;
}

#[tokio::test]
async fn a_sid_of_three_hundred_characters_is_forwarded() {
    let env = TestEnv::new().await;
    let sid = "s".repeat(300);
    let long = sid.clone();
    env.provider
        .modify(Part::IdToken, move |claims| claims["sid"] = json!(long));
    let mut browser = env.logged_in("alice").await;
    let response = browser.post("/auth/logout", "").await;
    assert_eq!(response.redirect_parameter("logout_hint"), Some(sid));
}

/// The tokens of the old provider must not be sent to the new one.
#[tokio::test]
async fn after_a_change_of_the_provider_a_logout_sends_no_token_to_the_new_one() {
    let env = TestEnv::new().await;
    let other = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    let moved = env
        .restarted(&[("AUTH0_DOMAIN", Some(other.provider.issuer()))])
        .await;
    let mut browser = browser.with_router(&moved);
    let response = browser.post("/auth/logout", "").await;
    assert!(
        response
            .location()
            .starts_with(&other.provider.url("/oidc/logout?"))
    );
    assert_eq!(response.redirect_parameter("id_token_hint"), None);
    assert_eq!(response.redirect_parameter("logout_hint"), None);
    assert_logged_out(&env, &mut browser, "moved").await;
    for provider in [&env.provider, &other.provider] {
        assert_eq!(provider.request_count(Endpoint::Revocation), 0);
    }
}
