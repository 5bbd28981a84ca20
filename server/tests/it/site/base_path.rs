//! The site below a path of its host.

use reqwest::Method;

use super::forms::{TEAPOT, names};
use crate::{
    browser::{ALICE, Browser, PASSWORD},
    test_env::TestEnv,
};

const SHOP: &str = "/shop";

async fn shop() -> TestEnv {
    TestEnv::with(|builder| builder.mount_below(SHOP)).await
}

/// Opens a protected page and logs in on the way. Returns the path of the final page.
async fn log_in(browser: &Browser, page: &str) -> String {
    let form = browser.open(page).await.assert_status(200);
    let page = browser.submit_login(&form, ALICE, PASSWORD).await;
    page.assert_status(200).path_and_query().to_owned()
}

#[tokio::test]
async fn a_login_and_a_logout_stay_below_the_base_path() {
    let env = shop().await;
    let alice = env.browser();
    let page = log_in(&alice, "/shop/products?page=2").await;
    assert_eq!(page, "/shop/products?page=2");
    let profile = alice.get_json("/shop/auth/profile").await;
    assert_eq!(profile.assert_status(200).json()["email"], ALICE);
    alice
        .get_json("/shop/api/products")
        .await
        .assert_status(200);

    let logout = alice.call(Method::POST, "/shop/auth/logout", &[]).await;
    let signed_out = alice.follow_redirects(logout).await.assert_status(200);
    assert_eq!(signed_out.path_and_query(), "/shop/signed-out");
    alice
        .get_json("/shop/auth/profile")
        .await
        .assert_status(401);

    let origin = alice.origin();
    for response in alice.responses() {
        let path = response.url.path();
        let is_of_host = response.url.as_str().starts_with(&origin);
        assert!(!is_of_host || path.starts_with(SHOP), "{path}");
        for cookie in response.set_cookies().iter().filter(|_| is_of_host) {
            assert!(cookie.contains("; Path=/shop"), "{cookie}");
        }
    }
}

#[tokio::test]
async fn every_link_file_and_form_of_a_page_is_below_the_base_path() {
    let env = shop().await;
    let (anonymous, alice) = (env.browser(), env.browser());
    log_in(&alice, "/shop/products").await;
    for browser in [anonymous, alice] {
        for (path, status) in [
            ("/shop", 200),
            ("/shop/", 200),
            ("/shop?x=1", 200),
            ("/shop/products", 200),
            ("/shop/products?edit=p-1", 200),
            ("/shop/profile", 200),
            ("/shop/signed-out", 200),
            ("/shop/tokens", 200),
            ("/shop/nowhere", 404),
        ] {
            let page = browser.open(path).await.assert_status(status);
            if !page.url.path().starts_with(SHOP) {
                continue; // the login of the tenant
            }
            for address in page.html().addresses() {
                let is_here = address.starts_with('#') || address.starts_with("/shop");
                assert!(is_here, "{address} on {path}");
            }
            assert!(!page.body.contains("\"/pkg"), "{path}: {}", page.body);
        }
    }
}

#[tokio::test]
async fn a_form_works_without_javascript() {
    let env = shop().await;
    let alice = env.browser();
    log_in(&alice, "/shop/products").await;
    let page = alice.open("/shop/products").await.assert_status(200);
    let form = page.html().form("/shop/api/products");
    let added = alice.submit(&page, form.clone(), TEAPOT).await;
    assert_eq!(added.location(), "/shop/products?done=added");
    let page = alice.follow(&added).await.assert_status(200);
    assert_eq!(names(&page)[0], "Teapot & lid <2 l>");

    let mistyped = [
        ("name", "Tray"),
        ("category", "Kitchen"),
        ("price", "x"),
        ("stock", "4"),
    ];
    let failed = alice.submit(&page, form, &mistyped).await;
    assert_eq!(failed.location(), "/shop/products?done=added");
    let page = alice.follow(&failed).await.assert_status(200);
    assert_eq!(
        page.html().form("/shop/api/products").fields["name"],
        "Tray"
    );
}

#[tokio::test]
async fn files_are_below_the_base_path_and_health_checks_are_not() {
    let env = shop().await;
    let browser = env.browser();
    for (path, status) in [
        ("/shop/pkg/leptos-auth0.js", 200),
        ("/shop/favicon.svg", 200),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/pkg/leptos-auth0.js", 404),
        ("/favicon.svg", 404),
        ("/shop/healthz", 404),
        ("/", 404),
        ("/products", 404),
        ("/api/products", 404),
        ("/auth/login", 404),
        ("/shopping", 404),
        ("/shop", 200),
        ("/shop/", 200),
        ("/shop/nowhere", 404),
    ] {
        let response = browser.visit(path).await;
        assert_eq!(response.status.as_u16(), status, "{path}");
        let is_cached = response.header("cache-control").contains("public");
        assert_eq!(is_cached, path == "/shop/favicon.svg", "{path}");
        assert_ne!(response.header("content-security-policy"), "", "{path}");
    }
}
