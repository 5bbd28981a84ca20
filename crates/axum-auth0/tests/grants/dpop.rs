//! Tokens of these grants that are bound to a key (`DPoP`, RFC 9449).

use axum_auth0::{BackchannelLogin, DiagnosisCode, TokenError, TokenExchange, TokenType};
use http::StatusCode;
use serde_json::json;
use test_support::{EXTERNAL_TOKEN, Endpoint, Part, ProductsApi, dpop::Proof};

use crate::{TestEnv, TestEnvBuilder, claims};

async fn env() -> TestEnv {
    TestEnvBuilder::new()
        .set("AUTH0_DPOP", "true")
        .build()
        .await
}

/// Returns the thumbprint of the key of the last request.
fn last_key(env: &TestEnv) -> String {
    let requests = env.provider.requests(Endpoint::OtherGrant);
    Proof::of(&requests.last().unwrap().headers).jkt
}

#[tokio::test]
async fn client_tokens_and_exchanged_tokens_are_bound_to_their_keys() {
    for nonce in [None, Some("nonce-1")] {
        let env = env().await;
        env.provider.policy(|policy| policy.dpop_nonce = nonce);
        let token = env.auth0.client_token::<ProductsApi>().await.unwrap();
        assert!(token.is_dpop_bound());
        assert_eq!(
            claims(token.expose())["cnf"]["jkt"],
            last_key(&env).as_str()
        );

        let kind = TokenType::custom("urn:example:legacy-session").unwrap();
        let exchange = TokenExchange::new(format!("{EXTERNAL_TOKEN}alice"), kind);
        let tokens = env
            .auth0
            .exchange_token::<ProductsApi>(exchange)
            .await
            .unwrap();
        let token = tokens.access_token();
        assert!(token.is_dpop_bound());
        assert_eq!(
            claims(token.expose())["cnf"]["jkt"],
            last_key(&env).as_str()
        );
    }
}

/// The exchange proves the possession of the token that it is made with.
#[tokio::test]
async fn a_token_on_behalf_of_the_user_is_bound_to_the_key_of_the_login() {
    let env = env().await;
    let mut browser = env.browser();
    browser.log_in(&env.provider, "alice").await;
    let login = env.provider.requests(Endpoint::Exchange);
    let login = Proof::of(&login[0].headers).jkt;
    let token = browser.get("/orders/on-behalf").await.json();
    assert_eq!(token["claims"]["cnf"]["jkt"], login.as_str());
    assert_eq!(last_key(&env), login);
}

#[tokio::test]
async fn a_provider_that_ignores_the_proof_of_another_grant_is_a_diagnosis() {
    let env = env().await;
    let mut browser = env.logged_in("alice").await;
    env.provider.policy(|policy| policy.dpop = false);
    let Err(TokenError::Misconfigured(diagnosis)) = env.auth0.client_token::<ProductsApi>().await
    else {
        panic!("a bearer token");
    };
    assert_eq!(diagnosis.code(), DiagnosisCode::DpopIgnored);
    assert_ne!(
        browser.get("/orders/on-behalf").await.status,
        StatusCode::OK
    );
}

/// The tokens of other services are theirs, so they are not bound. The provider requires a proof of the key of the login for
/// the refresh token.
#[tokio::test]
async fn exchanges_of_the_refresh_token_prove_the_key_of_the_login() {
    for nonce in [None, Some("nonce-1")] {
        let env = env().await;
        let mut browser = env.browser();
        browser.log_in(&env.provider, "alice").await;
        let login = env.provider.requests(Endpoint::Exchange);
        let login = Proof::of(&login[0].headers).jkt;
        env.provider.policy(|policy| policy.dpop_nonce = nonce);
        for (path, status) in [
            ("/connections/calendar", StatusCode::OK),
            ("/shop", StatusCode::SEE_OTHER),
        ] {
            env.provider.clear_request_log();
            let response = browser.get(path).await;
            assert_eq!(response.status, status, "{path}: {}", response.body);
            assert_eq!(last_key(&env), login, "{path}");
            // The first request with a nonce is sent twice.
            let requests = env.provider.request_count(Endpoint::OtherGrant);
            let is_first = path != "/shop";
            let expected = 1 + usize::from(nonce.is_some() && is_first);
            assert_eq!(requests, expected, "{path}");
        }
    }
}

#[tokio::test]
async fn the_session_transfer_of_another_user_has_a_proof() {
    let env = env().await;
    let mut browser = env.logged_in("alice").await;
    let path = format!("/customer?subject={EXTERNAL_TOKEN}bob");
    let response = browser.get(&path).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.body);
    last_key(&env);
}

#[tokio::test]
async fn a_token_of_a_connection_that_is_bound_to_a_key_is_refused() {
    let env = env().await;
    let mut browser = env.logged_in("alice").await;
    env.provider.modify(Part::GrantResponse, |response| {
        response["token_type"] = json!("DPoP");
    });
    let response = browser.get("/connections/calendar").await;
    assert_eq!(
        response.status,
        StatusCode::BAD_GATEWAY,
        "{}",
        response.body
    );
}

#[tokio::test]
async fn the_tokens_of_a_backchannel_login_are_bound_to_its_key() {
    for nonce in [None, Some("nonce-1")] {
        let env = env().await;
        env.provider.policy(|policy| policy.dpop_nonce = nonce);
        let login = BackchannelLogin::new("auth0|alice", "Order 4711");
        let pending = env.auth0.backchannel_login::<ProductsApi>(login).await;
        let mut pending = pending.unwrap();
        env.provider.approve_backchannel_logins("alice");
        env.clock.advance(5);
        let tokens = pending.poll().await.unwrap().unwrap();
        assert!(tokens.access_token().is_dpop_bound());
        let key = last_key(&env);
        assert_eq!(
            claims(tokens.access_token().expose())["cnf"]["jkt"],
            key.as_str()
        );
    }
}
