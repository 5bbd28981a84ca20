//! The ID token of a refresh response: OpenID Connect Core 1.0 §12.2.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use crate::app::TestEnv;
use test_support::{
    CLIENT_ID, Endpoint, PRODUCTS, Part, Reply, Signer, signer::encode, signer::parts,
};

const HOUR: i64 = 3_600;

/// Makes another token of a header and claims.
type Forge = fn(Value, Value) -> String;

#[tokio::test]
async fn a_refreshed_id_token_of_another_user_ends_the_session() {
    for (case, name, value) in [
        ("sub + 1", "sub", Some(json!("auth0|alice1"))),
        ("another sub", "sub", Some(json!("auth0|mallory"))),
        ("no sub", "sub", None),
        ("sub a list", "sub", Some(json!(["auth0|alice"]))),
        ("another iss", "iss", Some(json!("https://evil.example/"))),
        ("no iss", "iss", None),
        ("another aud", "aud", Some(json!("other"))),
        ("no aud", "aud", None),
        ("another auth_time", "auth_time", Some(json!(1_600_000_001))),
        (
            "another nonce",
            "nonce",
            Some(json!("bm90LXRoaXMtbG9naW4tYXQtYWxs")),
        ),
        ("azp another client", "azp", Some(json!("other"))),
    ] {
        let env = TestEnv::new().await;
        env.provider.modify(Part::IdToken, |claims| {
            claims["auth_time"] = json!(1_600_000_000);
        });
        let mut browser = env.logged_in("alice").await;
        env.clock.advance(2 * HOUR);
        env.provider
            .modify(Part::RefreshedIdToken, move |claims| match value.clone() {
                Some(value) => claims[name] = value,
                None => drop(claims.as_object_mut().unwrap().remove(name)),
            });
        let response = browser.get("/token").await;
        assert_eq!(
            response.status,
            StatusCode::UNAUTHORIZED,
            "{case}: {}",
            response.body
        );
        assert!(env.store.logins().await.is_empty(), "{case}");
        assert_eq!(browser.whoami().await, "anonymous", "{case}");
        let log = test_support::log_capture::captured();
        assert!(log.contains("security: the refreshed ID token"), "{case}");
        // The tokens of another user are revoked.
        env.provider
            .wait_for_requests(Endpoint::Revocation, 1)
            .await;
    }
}

#[tokio::test]
async fn a_refreshed_id_token_of_the_same_user_keeps_the_session() {
    for (case, name, value) in [
        ("as it is, without a nonce", "x", None),
        (
            "auth_time the same",
            "auth_time",
            Some(json!(1_600_000_000)),
        ),
        (
            "auth_time the same as a float",
            "auth_time",
            Some(json!(1_600_000_000.0)),
        ),
        ("aud a list", "aud", Some(json!([CLIENT_ID]))),
        (
            "aud with the API beside",
            "aud",
            Some(json!([PRODUCTS, CLIENT_ID])),
        ),
        ("azp the client", "azp", Some(json!(CLIENT_ID))),
        ("another sid", "sid", Some(json!("s".repeat(300)))),
        ("another name", "name", Some(json!("Alice Renamed"))),
        ("expired", "exp", Some(json!(1))),
        ("no iat", "iat", None),
    ] {
        let env = TestEnv::new().await;
        env.provider.modify(Part::IdToken, |claims| {
            claims["auth_time"] = json!(1_600_000_000);
        });
        let mut browser = env.logged_in("alice").await;
        env.provider
            .modify(Part::RefreshedIdToken, move |claims| match value.clone() {
                Some(value) => claims[name] = value,
                None => drop(claims.as_object_mut().unwrap().remove(name)),
            });
        for _ in 0..2 {
            env.clock.advance(2 * HOUR);
            let response = browser.get("/token").await;
            assert_eq!(response.status, StatusCode::OK, "{case}: {}", response.body);
        }
    }
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.id_token_on_refresh = false);
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    assert_eq!(
        env.token(&mut browser).await["sub"],
        "auth0|alice",
        "none at all"
    );
}

#[tokio::test]
async fn the_nonce_of_the_login_may_be_repeated() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let response = browser.start_login("/").await;
    let nonce = response.redirect_parameter("nonce").unwrap();
    let returned = env.provider.authorize(response.location(), "alice");
    browser.get(&returned.path()).await;
    env.provider.modify(Part::RefreshedIdToken, move |claims| {
        claims["nonce"] = json!(nonce);
    });
    assert_eq!(browser.get("/token/renewed").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_refreshed_id_token_that_is_forged_ends_the_session() {
    let forged: [(&str, Forge); 4] = [
        ("alg none", |_, claims| {
            format!(
                "{}.{}.",
                encode(json!({ "alg": "none" }).to_string()),
                encode(claims.to_string())
            )
        }),
        ("another key under the same id", |_, claims| {
            let other = Signer::es256("first", 9);
            other.sign_with_header(&other.header(), &claims)
        }),
        ("a signature of zeros", |header, claims| {
            format!(
                "{}.{}.{}",
                encode(header.to_string()),
                encode(claims.to_string()),
                encode([0; 64])
            )
        }),
        ("opaque", |_, _| "opaque".to_owned()),
    ];
    for (case, forge) in forged {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        env.provider.modify(Part::RefreshResponse, move |response| {
            let (header, claims) = parts(response["id_token"].as_str().unwrap());
            response["id_token"] = json!(forge(header, claims));
        });
        let response = browser.get("/token/renewed").await;
        assert_eq!(
            response.status,
            StatusCode::UNAUTHORIZED,
            "{case}: {}",
            response.body
        );
        assert!(env.store.logins().await.is_empty(), "{case}");
    }
}

/// Unavailable keys say nothing about the user, so the session is kept.
#[tokio::test]
async fn unavailable_keys_do_not_end_the_session() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.provider.sign_with(&Signer::es256("second", 2));
    for reply in [
        Reply::html(500),
        Reply::Json(200, json!({ "keys": [] })),
        Reply::html(200),
    ] {
        env.provider.reply(Endpoint::Keys, reply);
        assert_eq!(browser.get("/token/renewed").await.status, StatusCode::OK);
        assert_eq!(browser.whoami().await, "auth0|alice");
        env.clock.advance(11);
    }
    // The claims of another user end the session without a key, too.
    env.provider.modify(Part::RefreshedIdToken, |claims| {
        claims["sub"] = json!("auth0|mallory");
    });
    assert_eq!(
        browser.get("/token/renewed").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert!(env.store.logins().await.is_empty());
}

/// Not even while it is being verified.
#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_another_user_is_never_returned() {
    let env = TestEnv::new().await;
    let browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.provider.modify(Part::RefreshedIdToken, |claims| {
        claims["sub"] = json!("auth0|mallory");
    });
    env.provider.modify(Part::AccessToken, |claims| {
        claims["sub"] = json!("auth0|mallory");
    });
    // To verify it, the keys are fetched again, which is slow.
    env.provider.sign_with(&Signer::es256("second", 2));
    let gate = env.provider.gate(Endpoint::Keys);
    let mut tab = browser.clone();
    let first = tokio::spawn(async move { tab.get_json("/token").await });
    // Another request arrives while the keys are fetched, or afterwards.
    let known = async {
        while env.provider.request_count(Endpoint::Keys) == 0
            && !env.store.logins().await.is_empty()
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), known)
        .await
        .unwrap();
    let second = browser.clone().get_json("/token").await;
    gate.release_all();
    for response in [first.await.unwrap(), second] {
        assert_eq!(
            response.status,
            StatusCode::UNAUTHORIZED,
            "{}",
            response.body
        );
        assert!(!response.body.contains("mallory"));
    }
    assert!(env.store.logins().await.is_empty());
}
