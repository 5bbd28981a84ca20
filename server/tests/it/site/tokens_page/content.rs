//! What the page shows, and to which user.

use reqwest::Method;

use super::{PAGE, RENEW, REVOKE, alice_in, assert_says, branch};
use crate::test_env::{ORDERS_API, PRODUCTS_API, TestEnv, TestEnvBuilder};

#[tokio::test]
async fn only_its_user_sees_the_tokens_page_of_a_login() {
    let env = TestEnv::start().await;
    let anonymous = env.browser();
    for path in [PAGE, "/tokens/style.css"] {
        let response = anonymous.visit(path).await.assert_status(303);
        assert!(
            response
                .location()
                .starts_with("/auth/login?returnTo=%2Ftokens"),
            "{}",
            response.location()
        );
        assert_eq!(&*response.body, "");
    }
    for button in [RENEW, REVOKE] {
        let response = anonymous.call(Method::POST, button, &[]).await;
        response.assert_status(401);
    }
}

#[tokio::test]
async fn a_forged_error_in_the_query_shows_nothing() {
    let env = TestEnv::start().await;
    let alice = alice_in(&env).await;
    for query in ["?error=forged", "?error=", "?error=<b>", "?x=misconfigured"] {
        let page = alice.open(&[PAGE, query].concat()).await.assert_status(200);
        assert_eq!(page.html().texts_where("role", "alert").len(), 0, "{query}");
    }
}

#[tokio::test]
async fn the_page_shows_the_login_its_refresh_token_and_each_api() {
    let env = TestEnv::with(TestEnvBuilder::add_orders).await;
    let alice = alice_in(&env).await;
    let page = alice.open(PAGE).await.assert_status(200);
    let html = page.html();
    assert_eq!(html.heading(), "Tokens");
    assert_says(
        &html.text(),
        &["Login ✓ signed in", "auth0|alice", "Refresh token ✓ held"],
    );

    let products = branch(&page, "Products API");
    assert_says(
        &products,
        &[
            "✓ ready",
            PRODUCTS_API,
            "AUTH0_AUDIENCE",
            "✓ good",
            "✓ read:products",
            "✓ write:products",
        ],
    );
    assert_says(
        &products,
        &["Expires in 24 h", "Issuer", &env.tenant_url("/")],
    );
    let orders = branch(&page, "Orders API");
    assert_says(
        &orders,
        &[
            "○ not asked for yet",
            ORDERS_API,
            "ORDERS_API_AUDIENCE",
            "○ none yet",
            "○ read:orders",
            "Get a token",
        ],
    );
    // Opening the page requests no token.
    assert_eq!(
        env.tenant_requests
            .matching(&Method::POST, "/oauth/token")
            .len(),
        1
    );
    assert_eq!(env.orders_requests.entries().len(), 0);
    // Every page links to it.
    let home = alice.open("/").await.assert_status(200).html();
    assert!(home.all("a").iter().any(|link| link.get("href") == PAGE));
}

#[tokio::test]
async fn the_page_is_complete_without_scripts_and_complies_with_the_policy() {
    let env = TestEnv::with(TestEnvBuilder::add_orders).await;
    let alice = alice_in(&env).await;
    let page = alice.open(PAGE).await.assert_status(200);
    assert_eq!(page.html().all("template").len(), 0);
    assert!(
        !page.body.contains(".wasm"),
        "nothing of it runs in the browser"
    );
    assert!(
        !page.body.contains(" style="),
        "the policy forbids inline styles"
    );
    assert!(page.header("cache-control").contains("no-store"));
    let html = page.html();
    let animation = html.all("animate")[0];
    assert_eq!(
        (
            animation.get("attributename"),
            animation.get("to"),
            animation.get("dur")
        ),
        ("width", "0", "86400s")
    );
    let style = alice.visit("/tokens/style.css").await.assert_status(200);
    assert!(style.header("content-type").starts_with("text/css"));
}

#[tokio::test]
async fn a_scope_that_was_not_granted_is_marked_and_its_fix_is_beside_it() {
    let env = TestEnv::with(|builder| {
        builder.tenant.users[0].permissions = Some(vec!["read:products".to_owned()]);
    })
    .await;
    let alice = alice_in(&env).await;
    let page = alice.open(PAGE).await.assert_status(200);
    let products = branch(&page, "Products API");
    assert_says(
        &products,
        &[
            "✓ read:products",
            "✗ write:products not granted",
            "scope_not_granted",
            "How to fix it",
            "RBAC",
        ],
    );
}

#[tokio::test]
async fn an_unconfigured_api_is_shown_with_the_variables_to_set() {
    let env = TestEnv::start().await;
    let alice = alice_in(&env).await;
    let page = alice.open(PAGE).await.assert_status(200);
    let orders = branch(&page, "Orders API");
    assert_says(
        &orders,
        &["○ not configured", "ORDERS_API_URL", "ORDERS_API_AUDIENCE"],
    );
    assert!(!orders.contains("Get a token"), "{orders}");
}

#[tokio::test]
async fn an_api_without_an_audience_names_the_variable_and_has_no_button() {
    let env = TestEnv::with(|builder| builder.variables.remove("AUTH0_AUDIENCE")).await;
    let alice = alice_in(&env).await;
    let page = alice.open(PAGE).await.assert_status(200);
    let products = branch(&page, "Products API");
    assert_says(
        &products,
        &["✗", "AUTH0_AUDIENCE is not set", "How to fix it"],
    );
    assert!(!products.contains("Get a token"), "{products}");
}

#[tokio::test]
async fn an_expired_token_shows_when_it_expired_and_an_empty_bar() {
    let env = TestEnv::with(|builder| {
        builder.tenant.access_token_lifetime = std::time::Duration::from_mins(10);
    })
    .await;
    let alice = alice_in(&env).await;
    env.advance(300);
    let page = alice.open(PAGE).await.assert_status(200);
    assert_says(
        &branch(&page, "Products API"),
        &["✓ good", "Expires in 5 min, at"],
    );
    assert_eq!(page.html().all("animate")[0].get("from"), "500");

    env.advance(420);
    let page = alice.open(PAGE).await.assert_status(200);
    assert_says(
        &branch(&page, "Products API"),
        &["○ expired", "Expired 2 min ago"],
    );
    assert_eq!(page.html().all("animate").len(), 0);
}
