//! The buttons that get, renew and revoke tokens.

use reqwest::Method;

use super::{PAGE, RENEW, REVOKE, alice_in, assert_says, branch, press};
use crate::{
    browser::Response,
    test_env::{ORDERS_API, TestEnv, TestEnvBuilder},
};

#[tokio::test]
async fn the_buttons_get_a_token_and_renew_it() {
    let env = TestEnv::with(TestEnvBuilder::add_orders).await;
    let alice = alice_in(&env).await;
    let page = alice.open(PAGE).await.assert_status(200);
    let page = press(&alice, &page, "ORDERS").await.assert_status(200);
    assert_eq!(page.path_and_query(), PAGE);
    let orders = branch(&page, "Orders API");
    assert_says(
        &orders,
        &["✓ ready", "✓ good", "✓ read:orders", "Renew this token"],
    );
    assert_eq!(
        env.tenant_requests
            .matching(&Method::POST, "/oauth/token")
            .len(),
        2
    );

    // Longer than the interval in which a refreshed token is reused.
    env.advance(31);
    let page = press(&alice, &page, "ORDERS").await.assert_status(200);
    let granted = env.tenant_requests.matching(&Method::POST, "/oauth/token");
    assert_eq!(granted.len(), 3);
    assert_eq!(
        granted[2].form_field("audience").as_deref(),
        Some(ORDERS_API)
    );

    // No response contains a token.
    for entry in granted {
        for member in ["access_token", "refresh_token", "id_token"] {
            let Some(token) = entry.response_field(member) else {
                continue;
            };
            let signature = token.rsplit('.').next().unwrap();
            let shows = |response: &Response| {
                response.url.origin() == page.url.origin() && response.body.contains(signature)
            };
            assert!(!alice.responses().iter().any(shows), "{member}");
        }
    }
}

#[tokio::test]
async fn a_token_with_extra_scopes_is_cached_separately() {
    let env = TestEnv::with(TestEnvBuilder::add_orders).await;
    let alice = alice_in(&env).await;
    let order = [
        ("product", "Go board"),
        ("quantity", "1"),
        ("idempotency_key", "k-1"),
    ];
    alice
        .call(Method::POST, "/api/orders", &order)
        .await
        .assert_status(200);
    let page = alice.open(PAGE).await.assert_status(200);
    assert_says(
        &branch(&page, "Orders API"),
        &["✓ read:orders", "✓ write:orders"],
    );
    // Its button requests the same token again.
    env.advance(31);
    let form = page.html().form_with(RENEW, "scope", "write:orders");
    assert_eq!(form.fields["api"], "ORDERS");
    alice.submit(&page, form, &[]).await.assert_status(303);
    let asked = env
        .tenant_requests
        .matching(&Method::POST, "/oauth/token")
        .pop()
        .unwrap();
    let scope = asked.form_field("scope").unwrap();
    assert!(
        scope.split(' ').any(|scope| scope == "write:orders"),
        "{scope}"
    );
}

#[tokio::test]
async fn a_refusal_of_the_provider_is_shown_in_place_of_the_token() {
    let env = TestEnv::with(|builder| {
        builder.add_orders();
        builder.tenant.applications[0].multi_resource.clear();
    })
    .await;
    let alice = alice_in(&env).await;
    let page = alice.open(PAGE).await.assert_status(200);
    let page = press(&alice, &page, "ORDERS").await.assert_status(200);
    assert_eq!(page.path_and_query(), "/tokens?error=misconfigured");
    assert_eq!(page.html().texts_where("role", "alert").len(), 1);
    let orders = branch(&page, "Orders API");
    assert_says(
        &orders,
        &[
            "✗",
            "refresh_not_allowed_for_api",
            "Multi-Resource Refresh Token",
            ORDERS_API,
        ],
    );
    assert_says(&branch(&page, "Products API"), &["✓ ready"]);
}

#[tokio::test]
async fn a_refresh_token_that_the_user_revokes_is_gone_at_site_and_tenant() {
    let env = TestEnv::start().await;
    let alice = alice_in(&env).await;
    let page = alice.open(PAGE).await.assert_status(200);
    let response = alice
        .submit(&page, page.html().form(REVOKE), &[])
        .await
        .assert_status(303);
    assert_eq!(response.location(), PAGE);
    assert_eq!(
        env.tenant_requests
            .matching(&Method::POST, "/oauth/revoke")
            .len(),
        1
    );
    let page = alice.follow(&response).await.assert_status(200);
    assert_says(&page.html().text(), &["Refresh token ✗ none"]);
    let products = branch(&page, "Products API");
    assert_says(&products, &["✓ good", "Log in again"]);
    assert!(!products.contains("Renew"), "{products}");
    // Cached access tokens still work.
    alice.get_json("/api/products").await.assert_status(200);
}

#[tokio::test]
async fn a_button_for_an_unknown_api_is_rejected() {
    let env = TestEnv::start().await;
    let alice = alice_in(&env).await;
    let fields = [("api", "SECRETS"), ("scope", "")];
    alice
        .call(Method::POST, RENEW, &fields)
        .await
        .assert_status(404);
}
