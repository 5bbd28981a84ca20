//! Users see their own products and profile.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    browser::{ALICE, BOB},
    test_env::TestEnv,
};

#[tokio::test]
async fn alice_and_bob_each_see_their_own_twenty_products() {
    let env = TestEnv::start().await;
    let (alice, bob) = (env.browser(), env.browser());
    let hers = alice
        .log_in(ALICE)
        .await
        .assert_status(200)
        .html()
        .texts_where("role", "rowheader");
    let his = bob
        .log_in(BOB)
        .await
        .assert_status(200)
        .html()
        .texts_where("role", "rowheader");
    assert_eq!((hers.len(), his.len()), (20, 20));
    assert_ne!(hers, his);

    // Concurrent requests do not mix users up.
    let both = async |browser: &crate::browser::Browser| {
        browser
            .open("/products")
            .await
            .html()
            .texts_where("role", "rowheader")
    };
    let (hers_again, his_again) = tokio::join!(both(&alice), both(&bob));
    assert_eq!((hers_again, his_again), (hers, his));
}

#[tokio::test]
async fn the_server_function_returns_the_list_of_the_api_unchanged() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let listed = alice.get_json("/api/products").await.assert_status(200);
    assert!(
        listed.header("cache-control").contains("no-store"),
        "{listed:?}"
    );

    let token = env
        .products_requests
        .entries()
        .pop()
        .unwrap()
        .bearer_token()
        .unwrap()
        .to_owned();
    assert_eq!(listed.json(), env.call_api(&token).await);
    let listed = listed.json();
    assert_eq!(listed["owner"], "auth0|alice");
    let products = listed["products"].as_array().unwrap();
    assert_eq!(products.len(), 20);
    for product in products {
        let keys: Vec<_> = product.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            ["category", "currency", "id", "name", "priceCents", "stock"]
        );
        assert!(
            product["priceCents"].is_u64() && product["stock"].is_u64(),
            "{product}"
        );
    }
}

#[tokio::test]
async fn a_navigation_to_the_server_function_returns_the_list() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    assert_eq!(
        alice.visit("/api/products").await.assert_status(200).json()["owner"],
        "auth0|alice"
    );
}

#[tokio::test]
async fn the_page_shows_what_the_list_says() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200).html();
    let listed = alice
        .get_json("/api/products")
        .await
        .assert_status(200)
        .json();
    let text = |product: &Value| product["name"].as_str().unwrap().to_owned();
    let names: Vec<_> = listed["products"]
        .as_array()
        .unwrap()
        .iter()
        .map(text)
        .collect();
    assert_eq!(page.texts_where("role", "rowheader"), names);
}

#[tokio::test]
async fn the_profile_is_private() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let anonymous = alice.get_json("/auth/profile").await.assert_status(401);
    assert_eq!(anonymous.json()["error"], "sign_in_required");
    assert_eq!(
        alice.get_json("/auth/user").await.assert_status(200).json(),
        Value::Null
    );

    alice.log_in(ALICE).await.assert_status(200);
    let profile = alice
        .get_json("/auth/profile")
        .await
        .assert_status(200)
        .json();
    assert_eq!(profile["sub"], "auth0|alice");
    assert_eq!(
        (&profile["name"], &profile["email"]),
        (&json!("Alice Example"), &json!(ALICE))
    );
    for of_the_protocol in ["iss", "aud", "exp", "iat", "nonce", "sid", "at_hash", "azp"] {
        assert_eq!(profile.get(of_the_protocol), None);
    }
    let user = alice.get_json("/auth/user").await.assert_status(200).json();
    assert_eq!(
        (&user["sub"], &user["name"]),
        (&profile["sub"], &profile["name"])
    );

    let page = alice.open("/profile").await.assert_status(200).html();
    assert_eq!(page.heading(), "Profile");
    assert!(page.text().contains("auth0|alice"), "{}", page.text());
}

#[tokio::test]
async fn an_empty_profile_for_anonymous_requests_if_configured() {
    let env =
        TestEnv::with(|builder| builder.set("AUTH0_NO_CONTENT_PROFILE_RESPONSE", "true")).await;
    let alice = env.browser();
    assert_eq!(
        &*alice
            .call(Method::GET, "/auth/profile", &[])
            .await
            .assert_status(204)
            .body,
        ""
    );
    alice.log_in(ALICE).await.assert_status(200);
    alice.get_json("/auth/profile").await.assert_status(200);
}

#[tokio::test]
async fn every_protected_page_is_complete_without_javascript() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    for path in ["/products", "/profile"] {
        let page = alice.open(path).await.assert_status(200);
        // Streamed parts arrive in templates, which a script moves into place.
        assert_eq!(page.html().all("template").len(), 0, "{path}");
        assert!(!page.html().text().contains("Loading"), "{path}");
    }
    let home = alice.open("/").await.assert_status(200).html();
    assert!(home.text().contains("Products 20"), "{}", home.text());
    assert_eq!(home.all("template").len(), 0);
}
