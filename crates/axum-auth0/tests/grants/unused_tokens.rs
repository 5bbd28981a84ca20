//! Tokens that the provider issued and that nothing uses: refused by a check, or without a caller.

use axum_auth0::{
    BackchannelLogin, BackchannelLoginError, PendingBackchannelLogin, TokenExchange,
    TokenExchangeError, TokenType,
};
use http::StatusCode;
use serde_json::{Value, json};
use test_support::{EXTERNAL_TOKEN, Endpoint, ORDERS, Part, ProductsApi};

use crate::{HOUR, TestEnv, TestEnvBuilder};

type Modify = fn(&mut Value);
type Pending = PendingBackchannelLogin<ProductsApi>;

/// Returns a login with a refresh token that `user` has approved. Its first poll is due.
async fn approved(env: &TestEnv, user: &str) -> Pending {
    let login = BackchannelLogin::new("auth0|alice", "Order 4711").extra_scopes(["offline_access"]);
    let pending = env.auth0.backchannel_login(login).await.unwrap();
    env.provider.approve_backchannel_logins(user);
    env.clock.advance(5);
    pending
}

async fn exchange(env: &TestEnv) -> Result<(), TokenExchangeError> {
    let kind = TokenType::custom("urn:example:legacy-session").unwrap();
    let exchange = TokenExchange::new(format!("{EXTERNAL_TOKEN}alice"), kind)
        .extra_scopes(["openid", "offline_access"]);
    let exchanged = env.auth0.exchange_token::<ProductsApi>(exchange).await;
    exchanged.map(|_| ())
}

async fn wait_for_tasks(env: &TestEnv) {
    while env.auth0.unfinished_tasks().total() > 0 {
        tokio::task::yield_now().await;
    }
}

/// Asserts that both tokens were revoked, the refresh token first.
async fn assert_revoked(env: &TestEnv, case: &str) {
    wait_for_tasks(env).await;
    let requests = env.provider.requests(Endpoint::Revocation);
    let hints: Vec<_> = requests
        .iter()
        .filter_map(|request| request.get("token_type_hint"))
        .collect();
    assert_eq!(hints, ["refresh_token", "access_token"], "{case}");
    assert_eq!(env.provider.revoked_families(), 1, "{case}");
}

async fn assert_nothing_revoked(env: &TestEnv, case: &str) {
    wait_for_tasks(env).await;
    assert_eq!(
        env.provider.request_count(Endpoint::Revocation),
        0,
        "{case}"
    );
}

/// Starts a poll, and drops it while the provider holds back its response.
async fn disconnect(env: &TestEnv, pending: &mut Pending) {
    let gate = env.provider.gate(Endpoint::OtherGrant);
    tokio::select! {
        polled = pending.poll() => panic!("{polled:?}"),
        () = env.provider.wait_for_requests(Endpoint::OtherGrant, 1) => {}
    }
    gate.release_all();
}

const REFUSED: [(&str, Part, Modify); 7] = [
    ("no access token type", Part::GrantResponse, |response| {
        response["token_type"] = json!(null);
    }),
    ("no ID token", Part::GrantResponse, |response| {
        response["id_token"] = json!(null);
    }),
    ("a malformed ID token", Part::GrantResponse, |response| {
        response["id_token"] = json!("x.y.z");
    }),
    ("for another client", Part::IdToken, |claims| {
        claims["aud"] = json!("another client");
    }),
    ("for another API", Part::AccessToken, |claims| {
        claims["aud"] = json!(ORDERS);
    }),
    ("without a scope", Part::AccessToken, |claims| {
        claims["scope"] = json!("openid");
    }),
    (
        "with an actor of another type",
        Part::AccessToken,
        |claims| {
            claims["act"] = json!("mallory");
        },
    ),
];

#[tokio::test]
async fn a_backchannel_login_that_is_refused_revokes_its_tokens() {
    for (case, part, modify) in REFUSED {
        let env = TestEnv::new().await;
        let mut pending = approved(&env, "alice").await;
        env.provider.modify(part, modify);
        pending.poll().await.unwrap_err();
        assert_revoked(&env, case).await;
    }
    let env = TestEnv::new().await;
    let mut pending = approved(&env, "mallory").await;
    pending.poll().await.unwrap_err();
    assert_revoked(&env, "of another user").await;
}

#[tokio::test]
async fn an_exchange_that_is_refused_revokes_its_tokens() {
    let of_another_type: (&str, Part, Modify) = ("another type", Part::GrantResponse, |response| {
        response["issued_token_type"] = json!("urn:ietf:params:oauth:token-type:refresh_token");
    });
    // The ID token of an exchange is optional.
    let cases = REFUSED
        .into_iter()
        .filter(|(case, ..)| *case != "no ID token");
    for (case, part, modify) in cases.chain([of_another_type]) {
        let env = TestEnv::new().await;
        env.provider.modify(part, modify);
        exchange(&env).await.unwrap_err();
        assert_revoked(&env, case).await;
    }
}

#[tokio::test]
async fn tokens_that_are_bound_to_no_key_are_revoked() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_DPOP", "true")
        .build()
        .await;
    env.provider.policy(|policy| policy.dpop = false);
    let mut pending = approved(&env, "alice").await;
    pending.poll().await.unwrap_err();
    assert_revoked(&env, "bearer").await;
}

#[tokio::test]
async fn tokens_that_are_accepted_are_not_revoked() {
    let env = TestEnv::new().await;
    let mut pending = approved(&env, "alice").await;
    assert!(
        pending
            .poll()
            .await
            .unwrap()
            .unwrap()
            .refresh_token()
            .is_some()
    );
    drop(pending);
    exchange(&env).await.unwrap();
    assert_nothing_revoked(&env, "accepted").await;
}

/// At a provider where one revocation ends the whole grant of user and client.
#[tokio::test]
async fn a_session_of_the_same_user_outlives_a_refused_login() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.revocation_deletes_grants = true);
    let mut browser = env.logged_in("alice").await;
    for approves in ["alice", "mallory"] {
        let mut pending = approved(&env, approves).await;
        env.provider.modify(Part::AccessToken, |claims| {
            claims["aud"] = json!(ORDERS);
        });
        pending.poll().await.unwrap_err();
        env.provider.reset(Part::AccessToken);
        wait_for_tasks(&env).await;
    }
    assert_eq!(
        env.provider.revoked_families(),
        1,
        "those of mallory, who has no session"
    );
    env.clock.advance(HOUR);
    assert_eq!(browser.get("/orders").await.status, StatusCode::OK);
}

#[tokio::test]
async fn tokens_of_an_unknown_user_are_not_revoked() {
    let env = TestEnvBuilder::new()
        .set("PRODUCTS_API_TOKEN_FORMAT", "opaque")
        .build()
        .await;
    env.provider
        .policy(|policy| policy.opaque_access_tokens = true);
    env.provider.modify(Part::GrantResponse, |response| {
        response["id_token"] = json!("opaque");
    });
    exchange(&env).await.unwrap_err();
    assert_nothing_revoked(&env, "no subject").await;
    // This request names the user.
    let mut pending = approved(&env, "alice").await;
    pending.poll().await.unwrap_err();
    assert_revoked(&env, "the subject of the request").await;
}

#[tokio::test]
async fn a_session_store_that_fails_prevents_the_revocation() {
    let env = TestEnv::new().await;
    let mut pending = approved(&env, "mallory").await;
    env.store.set_failing(&["find_logins"]);
    pending.poll().await.unwrap_err();
    assert_nothing_revoked(&env, "store").await;
}

#[tokio::test]
async fn a_client_that_disconnects_does_not_lose_the_tokens_of_a_backchannel_login() {
    let env = TestEnv::new().await;
    let mut pending = approved(&env, "alice").await;
    disconnect(&env, &mut pending).await;
    let tokens = pending.poll().await.unwrap().unwrap();
    assert_eq!(tokens.claims().unwrap()["sub"], "auth0|alice");
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 1);
    assert_nothing_revoked(&env, "used").await;
}

#[tokio::test]
async fn the_result_of_a_dropped_poll_counts_for_the_interval() {
    let env = TestEnv::new().await;
    let login = BackchannelLogin::new("auth0|alice", "Order 4711");
    let mut pending: Pending = env.auth0.backchannel_login(login).await.unwrap();
    env.clock.advance(5);
    disconnect(&env, &mut pending).await;
    wait_for_tasks(&env).await;
    env.clock.advance(4);
    for _ in 0..2 {
        assert!(pending.poll().await.unwrap().is_none());
    }
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 1);
    env.clock.advance(1);
    pending.poll().await.unwrap();
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 2);
}

#[tokio::test]
async fn the_tokens_of_a_dropped_poll_are_kept_until_the_login_expires() {
    for (seconds, is_kept) in [(294, true), (295, false)] {
        let env = TestEnv::new().await;
        let mut pending = approved(&env, "alice").await;
        disconnect(&env, &mut pending).await;
        wait_for_tasks(&env).await;
        env.clock.advance(seconds);
        match pending.poll().await {
            Ok(Some(_)) => assert!(is_kept),
            Err(BackchannelLoginError::Expired) => {
                assert!(!is_kept);
                assert_revoked(&env, "expired").await;
            }
            other => panic!("{other:?}"),
        }
    }
    // The login expires while the poll is under way.
    for (seconds, is_kept) in [(59, true), (60, false)] {
        let env = TestEnv::new().await;
        let mut pending = approved(&env, "alice").await;
        env.clock.advance(294);
        disconnect(&env, &mut pending).await;
        wait_for_tasks(&env).await;
        env.clock.advance(seconds);
        assert_eq!(pending.poll().await.is_ok(), is_kept, "{seconds}");
    }
}

#[tokio::test]
async fn a_login_that_is_dropped_during_a_poll_revokes_its_tokens() {
    let env = TestEnv::new().await;
    let mut pending = approved(&env, "alice").await;
    disconnect(&env, &mut pending).await;
    drop(pending);
    assert_revoked(&env, "during the poll").await;
    let env = TestEnv::new().await;
    let mut pending = approved(&env, "alice").await;
    disconnect(&env, &mut pending).await;
    wait_for_tasks(&env).await;
    assert_nothing_revoked(&env, "kept").await;
    drop(pending);
    assert_revoked(&env, "after the poll").await;
}

#[tokio::test]
async fn an_exchange_whose_caller_is_dropped_revokes_its_tokens() {
    let env = TestEnv::new().await;
    let gate = env.provider.gate(Endpoint::OtherGrant);
    tokio::select! {
        exchanged = exchange(&env) => panic!("{exchanged:?}"),
        () = env.provider.wait_for_requests(Endpoint::OtherGrant, 1) => {}
    }
    gate.release_all();
    assert_revoked(&env, "dropped").await;
}
