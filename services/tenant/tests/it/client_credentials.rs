//! The grant `client_credentials`.

use reqwest::StatusCode;
use serde_json::json;
use tenant::{ApplicationAccess, Outcome};

use crate::test_env::{CLIENT_ID, JsonResponse, PRODUCTS, START_TIME, TestEnv};

async fn request(env: &TestEnv, more: &[(&str, &str)]) -> JsonResponse {
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend(more);
    env.post_as_application("oauth/token", &form).await
}

#[tokio::test]
async fn an_application_receives_a_token_of_its_own() {
    let env = TestEnv::start().await;
    let response = request(&env, &[("audience", PRODUCTS)]).await;
    assert_eq!(response.status, StatusCode::OK, "{:?}", response.json);
    let (_, claims) = env.verify(response.text("access_token")).await;
    assert_eq!(claims["sub"], json!(format!("{CLIENT_ID}@clients")));
    assert_eq!(claims["aud"], json!(PRODUCTS), "without /userinfo");
    assert_eq!(claims["scope"], json!("read:products write:products"));
    assert_eq!(claims["gty"], json!("client-credentials"));
    assert_eq!(claims["exp"], json!(START_TIME + 86_400));
    for absent in ["refresh_token", "id_token"] {
        assert!(response.json.get(absent).is_none(), "{absent}");
    }
    let scope = [("audience", PRODUCTS), ("scope", "read:products")];
    let narrow = request(&env, &scope).await;
    assert_eq!(narrow.json["scope"], json!("read:products"));
    assert!(env.logged(
        Outcome::Granted,
        "a token of its own for https://products.example.com"
    ));
    let html = env.get("").await.text().await.unwrap();
    assert!(html.contains("Client Credentials"));
}

#[tokio::test]
async fn a_token_is_refused_without_api_scope_or_grant() {
    let env = TestEnv::start().await;
    for (more, error, text) in [
        (vec![], "invalid_request", "audience"),
        (
            vec![("audience", "https://x.example.com")],
            "access_denied",
            "Service not found",
        ),
        (
            vec![("audience", PRODUCTS), ("scope", "openid")],
            "access_denied",
            "Client has not been granted scopes: openid",
        ),
    ] {
        let response = request(&env, &more).await;
        assert_eq!(response.json["error"], json!(error), "{:?}", response.json);
        assert!(response.text("error_description").contains(text));
    }
    let env = TestEnv::with(|settings| settings.applications[0].other_grants.clear()).await;
    let response = request(&env, &[("audience", PRODUCTS)]).await;
    assert_eq!(response.json["error"], json!("unauthorized_client"));
    let closed = |settings: &mut tenant::Settings| {
        settings.apis[0].access = ApplicationAccess::ClientGrants(vec![]);
    };
    let env = TestEnv::with(closed).await;
    let response = request(&env, &[("audience", PRODUCTS)]).await;
    assert_eq!(response.json["error"], json!("access_denied"));
    assert!(
        response
            .text("error_description")
            .contains("is not authorized to access")
    );
}
