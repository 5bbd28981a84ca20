//! Logins that are refused after the code exchange: nothing uses their tokens.

use serde_json::{Value, json};
use test_support::{Endpoint, Part};

use crate::{
    app::{TestEnv, TestEnvBuilder},
    disconnected_clients::wait_until_finished,
};

type Modify = fn(&mut Value);

const REFUSED: [(&str, u16, Part, Modify); 6] = [
    ("nonce", 502, Part::IdToken, |claims| {
        claims["nonce"] = json!("x");
    }),
    ("audience", 502, Part::IdToken, |claims| {
        claims["aud"] = json!("x");
    }),
    ("expired", 502, Part::IdToken, |claims| {
        claims["exp"] = json!(1);
    }),
    ("signature", 502, Part::ExchangeResponse, |response| {
        let token = response["id_token"].as_str().unwrap_or_default();
        response["id_token"] = json!(format!("{}AAAA", &token[..token.len() - 4]));
    }),
    ("no ID token", 502, Part::ExchangeResponse, |response| {
        response["id_token"] = json!(null);
    }),
    ("token type", 503, Part::ExchangeResponse, |response| {
        response["token_type"] = json!("mac");
    }),
];

#[tokio::test]
async fn a_login_that_is_refused_after_the_code_exchange_revokes_its_tokens() {
    for (case, status, part, modify) in REFUSED {
        let env = TestEnv::new().await;
        env.provider.modify(part, modify);
        let mut browser = env.browser();
        let response = browser.attempt_login(&env.provider, "alice").await;
        env.assert_login_failed(&mut browser, &response, status, case)
            .await;
        wait_until_finished(&env).await;
        let requests = env.provider.requests(Endpoint::Revocation);
        let hints: Vec<_> = requests
            .iter()
            .filter_map(|request| request.get("token_type_hint"))
            .collect();
        assert_eq!(hints, ["refresh_token", "access_token"], "{case}");
        assert_eq!(env.provider.revoked_families(), 1, "{case}");
    }
}

#[tokio::test]
async fn tokens_that_are_bound_to_no_key_are_revoked() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_DPOP", "true")
        .build()
        .await;
    env.provider.policy(|policy| policy.dpop = false);
    env.browser().attempt_login(&env.provider, "alice").await;
    wait_until_finished(&env).await;
    assert_eq!(env.provider.revoked_families(), 1);
}

/// At a provider where one revocation ends the whole grant of user and client.
#[tokio::test]
async fn a_session_of_the_same_user_outlives_a_login_that_is_refused() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.revocation_deletes_grants = true);
    let mut other = env.logged_in("alice").await;
    for (case, status, part, modify) in REFUSED {
        env.provider.modify(part, modify);
        let response = env.browser().attempt_login(&env.provider, "alice").await;
        assert_eq!(response.status, status, "{case}");
        env.provider.reset(part);
        while env.auth0.unfinished_tasks().total() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(
            env.provider.request_count(Endpoint::Revocation),
            0,
            "{case}"
        );
    }
    env.clock.advance(3_600);
    env.token(&mut other).await;
}
