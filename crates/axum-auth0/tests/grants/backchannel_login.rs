//! Logins on another device (OpenID Connect CIBA Core 1.0, poll mode).

use std::time::Duration;

use axum_auth0::{BackchannelLogin, BackchannelLoginError, PendingBackchannelLogin, TokenError};
use serde_json::{Value, json};
use test_support::{Endpoint, ORDERS, PRODUCTS, Part, ProductsApi, Reply};

use crate::TestEnv;

type Modify = fn(&mut Value);
type Pending = PendingBackchannelLogin<ProductsApi>;

fn alice() -> BackchannelLogin {
    BackchannelLogin::new("auth0|alice", "Order 4711")
}

async fn start(env: &TestEnv) -> Pending {
    env.auth0.backchannel_login(alice()).await.unwrap()
}

/// Returns the error of a login that the provider does not accept.
async fn start_error(env: &TestEnv, login: BackchannelLogin) -> BackchannelLoginError {
    env.auth0
        .backchannel_login::<ProductsApi>(login)
        .await
        .unwrap_err()
}

/// Polls after the interval.
async fn error_of(env: &TestEnv, pending: &mut Pending) -> BackchannelLoginError {
    env.clock.advance(60);
    pending.poll().await.unwrap_err()
}

#[tokio::test]
async fn a_user_approves_and_the_application_receives_verified_tokens() {
    let env = TestEnv::new().await;
    let login = alice()
        .requested_expiry(Duration::from_mins(2))
        .extra_scopes(["email"]);
    let mut pending: Pending = env.auth0.backchannel_login(login).await.unwrap();
    let sent = &env.provider.requests(Endpoint::BackchannelAuthentication)[0];
    let hint: Value = serde_json::from_str(sent.get("login_hint").unwrap()).unwrap();
    assert_eq!(
        hint,
        json!({ "format": "iss_sub", "iss": env.provider.issuer(), "sub": "auth0|alice" })
    );
    for (name, value) in [
        ("binding_message", "Order 4711"),
        ("requested_expiry", "120"),
        ("audience", PRODUCTS),
        ("scope", "email openid read:products write:products"),
    ] {
        assert_eq!(sent.get(name), Some(value));
    }
    assert_eq!(pending.expires_in(), Duration::from_mins(5));
    env.clock.advance(5);
    assert!(
        pending.poll().await.unwrap().is_none(),
        "the user has not decided"
    );
    env.provider.approve_backchannel_logins("alice");
    env.clock.advance(5);
    let tokens = pending.poll().await.unwrap().unwrap();
    assert_eq!(tokens.access_token().audience(), PRODUCTS);
    assert_eq!(tokens.claims().unwrap()["sub"], "auth0|alice");
    let poll = &env.provider.requests(Endpoint::OtherGrant)[0];
    assert_eq!(
        poll.get("grant_type"),
        Some("urn:openid:params:grant-type:ciba")
    );
    assert!(env.store.logins().await.is_empty(), "there is no session");
    assert!(!format!("{pending:?}").contains("canary"));
}

#[tokio::test]
async fn polls_keep_the_interval_and_slow_down_when_asked() {
    let env = TestEnv::new().await;
    let mut pending = start(&env).await;
    for _ in 0..3 {
        assert!(pending.poll().await.unwrap().is_none());
    }
    assert_eq!(
        env.provider.request_count(Endpoint::OtherGrant),
        0,
        "too early"
    );
    for (reply, interval) in [
        (Reply::error(400, "slow_down"), 10),
        (Reply::busy(429, "1"), 15),
        (Reply::error(400, "authorization_pending"), 15),
    ] {
        env.provider.reply(Endpoint::OtherGrant, reply);
        env.clock.advance(15);
        assert!(pending.poll().await.unwrap().is_none());
        assert_eq!(pending.interval(), Duration::from_secs(interval));
    }
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 3);
    env.clock.advance(14);
    assert!(pending.poll().await.unwrap().is_none());
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 3);
}

#[tokio::test]
async fn an_outage_does_not_end_the_login() {
    let env = TestEnv::new().await;
    let mut pending = start(&env).await;
    env.provider.approve_backchannel_logins("alice");
    for reply in [Reply::busy(503, "1"), Reply::html(403), Reply::status(400)] {
        env.provider.reply(Endpoint::OtherGrant, reply);
        env.clock.advance(5);
        assert!(pending.poll().await.unwrap().is_none());
    }
    env.provider.recover(Endpoint::OtherGrant);
    env.clock.advance(5);
    assert!(pending.poll().await.unwrap().is_some());
}

#[tokio::test]
async fn polls_wait_for_retry_after_and_slow_down_without_a_response() {
    let env = TestEnv::new().await;
    let mut pending = start(&env).await;
    env.provider
        .reply(Endpoint::OtherGrant, Reply::busy(503, "30"));
    env.clock.advance(5);
    assert!(pending.poll().await.unwrap().is_none());
    env.provider.reply(Endpoint::OtherGrant, Reply::Truncated);
    env.clock.advance(29);
    assert!(pending.poll().await.unwrap().is_none());
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 1);
    env.clock.advance(1);
    assert!(pending.poll().await.unwrap().is_none());
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 2);
    assert_eq!(pending.interval(), Duration::from_secs(10));
}

#[tokio::test]
async fn a_login_that_is_denied_or_expires_has_no_tokens() {
    let env = TestEnv::new().await;
    let mut pending = start(&env).await;
    env.provider.deny_backchannel_logins();
    let error = error_of(&env, &mut pending).await;
    assert!(
        matches!(&error, BackchannelLoginError::Refused { code, .. } if code == "access_denied"),
        "{error:?}"
    );
    let mut pending = start(&env).await;
    env.provider
        .reply(Endpoint::OtherGrant, Reply::error(400, "expired_token"));
    let error = error_of(&env, &mut pending).await;
    assert!(matches!(error, BackchannelLoginError::Expired), "{error:?}");
    env.provider.recover(Endpoint::OtherGrant);
    let mut pending = start(&env).await;
    env.provider.approve_backchannel_logins("alice");
    env.clock.advance(300);
    let polls = env.provider.request_count(Endpoint::OtherGrant);
    let error = pending.poll().await.unwrap_err();
    assert!(matches!(error, BackchannelLoginError::Expired), "{error:?}");
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), polls);
    assert_eq!(pending.expires_in(), Duration::ZERO);
}

#[tokio::test]
async fn the_approval_of_another_user_is_refused() {
    let env = TestEnv::new().await;
    let mut pending = start(&env).await;
    env.provider.approve_backchannel_logins("mallory");
    let error = error_of(&env, &mut pending).await;
    assert!(
        matches!(error, BackchannelLoginError::InvalidResponse(_)),
        "{error:?}"
    );
}

#[tokio::test]
async fn tokens_that_are_not_what_was_requested_are_refused() {
    let cases: [(Part, Modify); 6] = [
        (Part::GrantResponse, |response| {
            response["id_token"] = json!(null);
        }),
        (Part::GrantResponse, |response| {
            response["id_token"] = json!("x.y.z");
        }),
        (Part::IdToken, |claims| {
            claims["aud"] = json!("another client");
        }),
        (Part::IdToken, |claims| {
            claims["at_hash"] = json!("of another token");
        }),
        (Part::AccessToken, |claims| claims["aud"] = json!(ORDERS)),
        (Part::AccessToken, |claims| {
            claims["scope"] = json!("openid");
        }),
    ];
    for (part, modify) in cases {
        let env = TestEnv::new().await;
        let mut pending = start(&env).await;
        env.provider.approve_backchannel_logins("alice");
        env.provider.modify(part, modify);
        let error = error_of(&env, &mut pending).await;
        let is_refused = matches!(
            error,
            BackchannelLoginError::InvalidResponse(_)
                | BackchannelLoginError::IdToken(_)
                | BackchannelLoginError::Token(TokenError::Misconfigured(_))
        );
        assert!(is_refused, "{error:?}");
    }
}

#[tokio::test]
async fn a_response_without_an_identifier_or_a_lifetime_is_refused() {
    let cases: [fn(&mut Value); 5] = [
        |response| response["auth_req_id"] = json!(null),
        |response| response["auth_req_id"] = json!("a\nb"),
        |response| response["expires_in"] = json!(null),
        |response| response["expires_in"] = json!(-1),
        |response| *response = json!([]),
    ];
    for modify in cases {
        let env = TestEnv::new().await;
        env.provider.modify(Part::BackchannelResponse, modify);
        let error = start_error(&env, alice()).await;
        assert!(
            matches!(error, BackchannelLoginError::InvalidResponse(_)),
            "{error:?}"
        );
    }
    let env = TestEnv::new().await;
    env.provider.modify(Part::BackchannelResponse, |response| {
        response["interval"] = json!(0);
    });
    assert_eq!(
        start(&env).await.interval(),
        Duration::from_secs(1),
        "never without a pause"
    );
}

#[tokio::test]
async fn a_login_that_the_provider_does_not_accept_is_an_error() {
    let env = TestEnv::new().await;
    env.provider.reply(
        Endpoint::BackchannelAuthentication,
        Reply::error(400, "unknown_user_id"),
    );
    let error = start_error(&env, alice()).await;
    assert!(
        matches!(error, BackchannelLoginError::Refused { .. }),
        "{error:?}"
    );
    env.provider.reply(
        Endpoint::BackchannelAuthentication,
        Reply::error(403, "unauthorized_client"),
    );
    let error = start_error(&env, alice()).await;
    let BackchannelLoginError::Token(TokenError::Misconfigured(diagnosis)) = error else {
        panic!("{error:?}");
    };
    assert!(diagnosis.fix().contains("CIBA"), "{diagnosis}");
    let error = start_error(&env, BackchannelLogin::new("auth0|alice", "")).await;
    assert!(
        matches!(error, BackchannelLoginError::InvalidRequest(_)),
        "{error:?}"
    );
    let env = TestEnv::new().await;
    env.provider.modify(Part::Metadata, |metadata| {
        metadata["backchannel_authentication_endpoint"] = json!(null);
    });
    let error = start_error(&env, alice()).await;
    assert!(
        matches!(error, BackchannelLoginError::Unsupported),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_login_hint_of_the_provider_is_sent_unchanged() {
    let env = TestEnv::new().await;
    let login = BackchannelLogin::with_login_hint("+44 20 7946 0000", "Order 4711");
    let mut pending: Pending = env.auth0.backchannel_login(login).await.unwrap();
    let sent = &env.provider.requests(Endpoint::BackchannelAuthentication)[0];
    assert_eq!(sent.get("login_hint"), Some("+44 20 7946 0000"));
    env.provider.approve_backchannel_logins("bob");
    env.clock.advance(5);
    let tokens = pending.poll().await.unwrap().unwrap();
    assert_eq!(tokens.claims().unwrap()["sub"], "auth0|bob");
}
