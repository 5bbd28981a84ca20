//! The grant `urn:ietf:params:oauth:grant-type:token-exchange`.

use serde_json::json;
use tenant::Outcome;

use crate::test_env::{CLIENT_ID, JsonResponse, ORDERS, PRODUCTS, TestEnv};

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const PROFILE: &str = "urn:leptos-auth0:local-user";

async fn exchange(env: &TestEnv, more: &[(&str, &str)]) -> JsonResponse {
    let mut form = vec![("grant_type", GRANT_TYPE)];
    form.extend(more);
    env.post_as_application("oauth/token", &form).await
}

#[tokio::test]
async fn an_access_token_is_exchanged_for_one_of_another_api() {
    let env = TestEnv::start().await;
    let tokens = env.tokens(&[("audience", PRODUCTS)]).await;
    let response = exchange(
        &env,
        &[
            ("subject_token", tokens.text("access_token")),
            ("subject_token_type", ACCESS_TOKEN),
            ("audience", ORDERS),
            ("scope", "read:orders offline_access"),
        ],
    )
    .await;
    assert_eq!(
        response.json["issued_token_type"],
        json!(ACCESS_TOKEN),
        "{:?}",
        response.json
    );
    assert!(response.json.get("refresh_token").is_none());
    let (_, claims) = env.verify(response.text("access_token")).await;
    assert_eq!(claims["sub"], json!("auth0|alice"));
    assert_eq!(claims["aud"], json!(ORDERS));
    assert_eq!(claims["scope"], json!("read:orders"));
    assert_eq!(claims["act"], json!({ "sub": CLIENT_ID }));
    assert!(env.logged(Outcome::Granted, "exchanged a token of auth0|alice"));
}

#[tokio::test]
async fn a_token_of_another_system_is_exchanged_with_an_actor() {
    let env = TestEnv::start().await;
    let support = env.tokens(&[]).await;
    let form = [
        ("subject_token", "bob@example.com"),
        ("subject_token_type", PROFILE),
        ("audience", PRODUCTS),
        ("scope", "openid offline_access read:products"),
        ("actor_token", support.text("id_token")),
        ("actor_token_type", ID_TOKEN),
    ];
    let response = exchange(&env, &form).await;
    let (_, claims) = env.verify(response.text("access_token")).await;
    assert_eq!(claims["sub"], json!("auth0|bob"));
    assert_eq!(claims["act"], json!({ "sub": "auth0|alice" }));
    let (_, claims) = env.verify(response.text("id_token")).await;
    assert_eq!(claims["act"], json!({ "sub": "auth0|alice" }));
    let refreshed = env.refresh(response.text("refresh_token"), &[]).await;
    assert!(refreshed.json.get("access_token").is_some());
    let html = env.get("").await.text().await.unwrap();
    assert!(html.contains("Token Exchange") && html.contains(PROFILE));
}

#[tokio::test]
async fn other_tokens_are_refused() {
    let env = TestEnv::start().await;
    let tokens = env.tokens(&[("audience", PRODUCTS)]).await;
    let (access, id) = (tokens.text("access_token"), tokens.text("id_token"));
    let tampered = format!("{access}x");
    let cases: [(&[(&str, &str)], &str); 8] = [
        (&[], "subject_token"),
        (&[("subject_token", access)], "subject_token_type"),
        (
            &[
                ("subject_token", &tampered),
                ("subject_token_type", ACCESS_TOKEN),
            ],
            "not issued by this tenant",
        ),
        (
            &[
                ("subject_token", "unknown@example.com"),
                ("subject_token_type", PROFILE),
            ],
            "no known user",
        ),
        (
            &[
                ("subject_token", "x"),
                ("subject_token_type", "urn:other:token"),
            ],
            "no profile",
        ),
        (
            &[
                ("subject_token", access),
                ("subject_token_type", ACCESS_TOKEN),
                ("actor_token", id),
            ],
            "actor_token_type",
        ),
        (
            &[
                ("subject_token", access),
                ("subject_token_type", ACCESS_TOKEN),
                ("requested_token_type", ID_TOKEN),
            ],
            "requested_token_type",
        ),
        (
            &[
                ("subject_token", access),
                ("subject_token_type", ACCESS_TOKEN),
                ("actor_token", access),
                ("actor_token_type", ID_TOKEN),
            ],
            "not issued to this application",
        ),
    ];
    for (more, text) in cases {
        let form: Vec<_> = more.iter().copied().chain([("audience", ORDERS)]).collect();
        let response = exchange(&env, &form).await;
        assert_eq!(
            response.json["error"],
            json!("invalid_request"),
            "{:?}",
            response.json
        );
        assert!(
            response.text("error_description").contains(text),
            "{:?}",
            response.json
        );
    }
    env.clock.advance(86_400);
    let expired = [
        ("subject_token", access),
        ("subject_token_type", ACCESS_TOKEN),
        ("audience", ORDERS),
    ];
    let response = exchange(&env, &expired).await;
    assert!(response.text("error_description").contains("has expired"));
}
