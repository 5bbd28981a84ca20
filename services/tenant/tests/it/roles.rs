//! Roles and permissions in tokens, and on the dashboard.

use serde_json::{Value, json};

use crate::test_env::{CLIENT_ID, PRODUCTS, TestEnv};

const ROLES: &str = "https://leptos-auth0.example/roles";
const PERMISSIONS: &str = "https://leptos-auth0.example/permissions";

/// Returns the claims of the access token and of the ID token of a user.
async fn tokens(env: &TestEnv, sub: &str) -> (Value, Value) {
    let scope = "openid read:products write:products";
    let issued = env
        .tenant
        .issue_tokens(CLIENT_ID, sub, Some(PRODUCTS), scope)
        .await
        .unwrap();
    let (_, access) = env.verify(&issued.access_token).await;
    let (_, id) = env.verify(&issued.id_token.unwrap()).await;
    (Value::Object(access), Value::Object(id))
}

#[tokio::test]
async fn tokens_contain_the_roles_and_permissions_of_the_user() {
    let env = TestEnv::with(|settings| {
        settings.users[1].permissions = Some(vec!["read:products".into(), "read:orders".into()]);
    })
    .await;
    let (access, id) = tokens(&env, "auth0|alice").await;
    let all = json!(["read:products", "write:products"]);
    assert_eq!((&access["permissions"], &id[PERMISSIONS]), (&all, &all));
    let manager = json!(["manager"]);
    assert_eq!((&access[ROLES], &id[ROLES]), (&manager, &manager));
    assert_eq!(
        id["permissions"],
        Value::Null,
        "Auth0 has it in access tokens only"
    );

    let (access, id) = tokens(&env, "auth0|bob").await;
    let some = json!(["read:products"]);
    assert_eq!((&access["permissions"], &id[PERMISSIONS]), (&some, &some));
    assert_eq!(access["scope"], "openid read:products");
    assert_eq!((&access[ROLES], &id[ROLES]), (&Value::Null, &Value::Null));

    let html = env.get("").await.text().await.unwrap();
    assert!(html.contains("<code>manager</code>"), "{html}");
}

#[tokio::test]
async fn an_api_without_rbac_receives_no_permissions() {
    let env = TestEnv::with(|settings| settings.apis[0].rbac = false).await;
    let (access, _) = tokens(&env, "auth0|alice").await;
    assert_eq!(access["permissions"], Value::Null);
    assert_eq!(access["scope"], "openid read:products write:products");
}
