//! A wrong audience is explained in one place: what is wrong and what to set. Nothing else breaks.

use reqwest::Method;

use super::forms::TEAPOT;
use crate::{
    browser::{ALICE, Browser, Response},
    test_env::{ORDERS_API, PRODUCTS_API, TestEnv},
};

const NEW_API: &str = "https://stock.example.com";

/// Asserts that page, server function and log report the same `cause` and `fix`.
pub(crate) async fn assert_explained(
    env: &TestEnv,
    browser: &Browser,
    code: &str,
    cause: &[&str],
    fix: &[&str],
) {
    let page = browser.open("/products").await.assert_status(500).html();
    let [message] = &page.texts_where("role", "alert")[..] else {
        panic!("{}", page.text())
    };
    let listed = browser
        .get_json("/api/products")
        .await
        .assert_status(500)
        .json();
    assert_eq!(listed["code"], "misconfigured", "{listed}");
    let explanation = &listed["details"];
    assert_eq!(explanation["code"], code, "{listed}");
    for words in cause {
        assert!(message.contains(words), "{words} is not in: {message}");
        assert!(
            explanation["cause"].as_str().unwrap().contains(words),
            "{words} is not in: {explanation}"
        );
    }
    for words in fix {
        assert!(message.contains(words), "{words} is not in: {message}");
        assert!(
            explanation["fix"].as_str().unwrap().contains(words),
            "{words} is not in: {explanation}"
        );
    }
    let logged = env
        .log
        .lines_with(&[&[" ERROR ", "misconfiguration", code], cause, fix].concat());
    assert!(!logged.is_empty(), "nothing is logged");
    assert_nothing_else_breaks(browser).await;
}

async fn assert_nothing_else_breaks(browser: &Browser) {
    let home = browser.open("/").await.assert_status(200).html();
    assert_eq!(home.heading(), "Hello, Alice Example");
    let profile = browser.open("/profile").await.assert_status(200).html();
    assert!(profile.text().contains("auth0|alice"));
    assert_eq!(
        browser
            .get_json("/auth/profile")
            .await
            .assert_status(200)
            .json()["sub"],
        "auth0|alice"
    );
}

async fn signed_in(env: &TestEnv) -> Browser {
    let alice = env.browser();
    let page: Response = alice.log_in(ALICE).await;
    assert_eq!(page.path_and_query(), "/products");
    alice
}

#[tokio::test]
async fn without_an_audience_the_page_names_the_missing_setting() {
    let env = TestEnv::with(|builder| builder.variables.remove("AUTH0_AUDIENCE")).await;
    let alice = signed_in(&env).await;
    let cause = &["AUTH0_AUDIENCE is not set", "opaque", "not a JWT"];
    let fix = &[
        "Set AUTH0_AUDIENCE to the Identifier of your API",
        "Auth0 dashboard > Applications > APIs",
    ];
    assert_explained(&env, &alice, "audience_missing", cause, fix).await;
    assert_eq!(
        env.products_requests.entries().len(),
        0,
        "a token without an API is sent to no API"
    );
    // The warning appears at the start, before any login.
    let warned = env
        .log
        .lines_with(&[" WARN ", "AUTH0_AUDIENCE is not set: users can log in"]);
    assert_eq!(warned.len(), 1);
}

#[tokio::test]
async fn an_unknown_audience_is_named_on_the_page_of_the_failed_login() {
    let env =
        TestEnv::with(|builder| builder.set("AUTH0_AUDIENCE", "https://no-such.example.com")).await;
    let alice = env.browser();
    let page = alice.open("/products").await.assert_status(500);
    assert_eq!(page.url.path(), "/auth/callback");
    let text = page.html().text();
    for words in [
        "`https://no-such.example.com`",
        "which AUTH0_AUDIENCE names",
        "Set AUTH0_AUDIENCE to the Identifier of an API",
        "Auth0 dashboard",
    ] {
        assert!(text.contains(words), "{words} is not in: {text}");
    }
    let logged = env.log.lines_with(&[
        " ERROR ",
        "misconfiguration",
        "audience_unknown",
        "https://no-such.example.com",
        "Set AUTH0_AUDIENCE",
    ]);
    assert_eq!(logged.len(), 1);

    assert_eq!(alice.cookie("session"), None);
    assert_eq!(
        alice
            .get_json("/api/products")
            .await
            .assert_status(401)
            .error_code(),
        "sign_in_required"
    );
    alice.open("/").await.assert_status(200);
    alice.get_json("/auth/profile").await.assert_status(401);
}

#[tokio::test]
async fn an_audience_of_another_api_with_the_same_scopes_is_rejected_by_the_api_and_explained() {
    let env = TestEnv::with(|builder| {
        let mut other = builder.products_api_settings().clone();
        NEW_API.clone_into(&mut other.identifier);
        builder.tenant.apis.push(other);
        builder.set("AUTH0_AUDIENCE", NEW_API);
    })
    .await;
    let alice = signed_in(&env).await;
    let cause = &[
        NEW_API,
        "expects another audience",
        "the access token was not issued for this API",
    ];
    assert_explained(
        &env,
        &alice,
        "refused_by_api",
        cause,
        &["Set AUTH0_AUDIENCE to the identifier that this API checks"],
    )
    .await;
    assert!(
        env.products_requests
            .entries()
            .iter()
            .all(|call| call.status == 401)
    );
}

#[tokio::test]
async fn an_audience_of_another_api_with_other_scopes_is_explained_by_its_variable() {
    let env = TestEnv::with(|builder| builder.set("AUTH0_AUDIENCE", ORDERS_API)).await;
    let alice = signed_in(&env).await;
    let cause = &[ORDERS_API, "AUTH0_AUDIENCE probably names another API"];
    assert_explained(
        &env,
        &alice,
        "scope_not_granted",
        cause,
        &["Set AUTH0_AUDIENCE to the Identifier of the API"],
    )
    .await;
}

#[tokio::test]
async fn an_audience_of_a_second_api_is_named_by_its_variable() {
    let env = TestEnv::with(|builder| {
        builder.set("AUTH0_AUDIENCE", PRODUCTS_API);
        builder.set("PRODUCTS_API_AUDIENCE", PRODUCTS_API);
        NEW_API.clone_into(&mut builder.api_audience);
    })
    .await;
    let alice = signed_in(&env).await;
    assert_explained(
        &env,
        &alice,
        "refused_by_api",
        &[PRODUCTS_API],
        &["Set PRODUCTS_API_AUDIENCE to the identifier"],
    )
    .await;
}

#[tokio::test]
async fn a_scope_that_the_token_lacks_is_named_with_the_places_to_add_it() {
    let env = TestEnv::with(|builder| {
        builder
            .products_api_settings()
            .scopes
            .retain(|scope| scope == "read:products");
    })
    .await;
    let alice = signed_in(&env).await;
    let cause = &[
        PRODUCTS_API,
        "The scope `write:products` was asked for",
        "lacks it",
    ];
    let fix = &["Permissions", "Auth0 dashboard", "RBAC"];
    assert_explained(&env, &alice, "scope_not_granted", cause, fix).await;
}

#[tokio::test]
async fn a_scope_that_only_the_api_requires_is_explained_by_the_call() {
    let env = TestEnv::with(|builder| builder.set("PRODUCTS_API_SCOPE", "read:products")).await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    let refused = alice
        .call(Method::POST, "/api/products", TEAPOT)
        .await
        .assert_status(500)
        .json();
    assert_eq!(
        (&refused["code"], &refused["details"]["code"]),
        (&"misconfigured".into(), &"missing_scope".into())
    );
    for (part, words) in [
        ("cause", "lacks the scope `write:products`"),
        ("fix", "PRODUCTS_API_SCOPE"),
    ] {
        assert!(
            refused["details"][part].as_str().unwrap().contains(words),
            "{refused}"
        );
    }
    assert_eq!(
        env.log
            .lines_with(&[
                " ERROR ",
                "missing_scope",
                "write:products",
                "PRODUCTS_API_SCOPE"
            ])
            .len(),
        1
    );

    // Without JavaScript the URL contains no details; the page has them.
    let response = alice
        .submit(&page, page.html().form("/api/products"), TEAPOT)
        .await
        .assert_status(303);
    assert_eq!(response.location(), "/products");
    let page = alice.follow(&response).await.html();
    assert!(
        page.text().contains("PRODUCTS_API_SCOPE"),
        "{}",
        page.text()
    );
    assert_eq!(page.by_id("add-name").get("value"), TEAPOT[0].1);
    assert_nothing_else_breaks(&alice).await;
}
