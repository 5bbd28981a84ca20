//! Protected pages and the login.

use reqwest::Method;

use crate::{
    browser::{ALICE, PASSWORD},
    test_env::TestEnv,
};

#[tokio::test]
async fn a_protected_page_redirects_anonymous_users_to_the_login_without_a_body() {
    let env = TestEnv::start().await;
    for (path, login) in [
        ("/products", "/auth/login?returnTo=%2Fproducts"),
        (
            "/profile?a=1&b=%20",
            "/auth/login?returnTo=%2Fprofile%3Fa%3D1%26b%3D%2520",
        ),
        ("/%70roducts", "/auth/login?returnTo=%2F%2570roducts"),
    ] {
        for method in ["GET", "HEAD"] {
            for accept in [
                "Accept: text/html\r\n",
                "Accept: */*\r\n",
                "Accept: application/json\r\n",
                "",
            ] {
                let head = format!(
                    "{method} {path} HTTP/1.1\r\nHost: {}\r\n{accept}",
                    env.host()
                );
                let response = env.send_raw(head.trim_end()).await;
                let (head, body) = response.split_once("\r\n\r\n").unwrap();
                assert!(
                    head.starts_with("HTTP/1.1 303 "),
                    "{method} {path} {accept}: {head}"
                );
                assert!(
                    head.contains(&format!("\r\nlocation: {login}\r\n")),
                    "{head}"
                );
                assert_eq!(body, "", "{method} {path} {accept}");
            }
            // Only a navigation starts a login.
            for accept in [
                "Accept: text/event-stream\r\n",
                "Sec-Fetch-Mode: cors\r\nAccept: */*\r\n",
                "Sec-Fetch-Mode: no-cors\r\nAccept: text/html\r\n",
            ] {
                let head = format!(
                    "{method} {path} HTTP/1.1\r\nHost: {}\r\n{accept}",
                    env.host()
                );
                let response = env.send_raw(head.trim_end()).await;
                assert!(
                    response.starts_with("HTTP/1.1 401 "),
                    "{accept}: {response}"
                );
                assert!(!response.contains("\r\nlocation:"), "{accept}: {response}");
            }
        }
    }
}

#[tokio::test]
async fn the_login_returns_to_the_page_with_the_users_rows_in_the_html() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let login = alice
        .open("/products?page=2&q=tea%20pot&x=%2F%2Fevil")
        .await
        .assert_status(200);
    assert_eq!(login.url.path(), "/u/login");

    let page = alice
        .submit_login(&login, ALICE, PASSWORD)
        .await
        .assert_status(200);
    assert_eq!(
        page.path_and_query(),
        "/products?page=2&q=tea%20pot&x=%2F%2Fevil"
    );
    assert_eq!(page.html().heading(), "My products");
    assert_eq!(page.html().texts_where("role", "rowheader").len(), 20);
}

#[tokio::test]
async fn only_signed_in_users_see_the_link_to_the_products() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let before = alice.open("/").await.assert_status(200).html();
    assert!(
        !before
            .all("a")
            .iter()
            .any(|link| link.get("href") == "/products")
    );
    assert!(before.text().contains("Log in"));

    alice.log_in(ALICE).await.assert_status(200);
    let after = alice.open("/").await.assert_status(200).html();
    assert!(
        after
            .all("a")
            .iter()
            .any(|link| link.get("href") == "/products")
    );
    assert_eq!(after.heading(), "Hello, Alice Example");
    assert!(after.text().contains("Log out"), "{}", after.text());
}

#[tokio::test]
async fn a_wrong_password_is_rejected_and_the_right_one_still_works() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let login = alice.open("/products").await;
    let again = alice
        .submit_login(&login, ALICE, "guess")
        .await
        .assert_status(400);
    assert!(again.html().text().contains("Wrong email or password."));
    assert_eq!(alice.cookie("session"), None);
    assert_eq!(
        alice
            .submit_login(&again, ALICE, PASSWORD)
            .await
            .assert_status(200)
            .path_and_query(),
        "/products"
    );
}

#[tokio::test]
async fn logins_in_two_tabs_both_succeed_in_any_order() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let first = alice.open("/products").await;
    let second = alice.open("/profile").await;
    assert_eq!(
        alice
            .submit_login(&second, ALICE, PASSWORD)
            .await
            .assert_status(200)
            .path_and_query(),
        "/profile"
    );
    assert_eq!(
        alice
            .submit_login(&first, ALICE, PASSWORD)
            .await
            .assert_status(200)
            .path_and_query(),
        "/products"
    );
}

#[tokio::test]
async fn a_login_never_redirects_to_another_site() {
    let env = TestEnv::start().await;
    for evil in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/%09/evil.example",
        "/.//evil.example",
        "/%2e%2e//evil.example",
        "\\\\evil.example",
        "/products\r\nSet-Cookie: a=b",
        "/auth/logout",
        "@evil.example",
        "http://localhost.evil.example",
    ] {
        let alice = env.browser();
        let mut login = env.base_url.join("/auth/login").unwrap();
        login.query_pairs_mut().append_pair("returnTo", evil);
        let form = alice.open(login.as_str()).await.assert_status(200);
        let page = alice.submit_login(&form, ALICE, PASSWORD).await;
        assert_eq!(page.url.origin(), env.base_url.origin(), "{evil}");
        assert!(alice.cookie("session").is_some(), "{evil}");
        assert!(
            page.headers.get("a").is_none() && alice.cookie("a").is_none(),
            "{evil}"
        );
    }
}

#[tokio::test]
async fn only_a_navigation_starts_a_login() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let get = || alice.request(Method::GET, "/auth/login");
    for request in [
        get()
            .header("sec-fetch-mode", "no-cors")
            .header("sec-fetch-dest", "image"),
        get()
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "iframe"),
        get()
            .header("sec-fetch-mode", "cors")
            .header("sec-fetch-dest", "empty"),
    ] {
        let response = alice.send(request).await.assert_status(403);
        assert_eq!(response.set_cookies(), [""; 0]);
    }
    for request in [
        get().header("sec-purpose", "prefetch;prerender"),
        get().header("purpose", "prefetch"),
    ] {
        let response = alice.send(request).await.assert_status(204);
        assert_eq!(response.set_cookies(), [""; 0]);
    }
    let head = alice
        .send(alice.request(Method::HEAD, "/auth/login"))
        .await
        .assert_status(405);
    assert_eq!(head.set_cookies(), [""; 0]);
}

#[tokio::test]
async fn a_link_cannot_change_the_parameters_of_a_login() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let link = "/auth/login?client_id=evil&redirect_uri=https%3A%2F%2Fevil.example&scope=all&audience=other&state=1\
                &response_type=token&login_hint=alice%40example.com&ui_locales=de";
    let target = alice.visit(link).await.assert_status(303).redirect_target();
    let asked: std::collections::BTreeMap<_, _> = target.query_pairs().into_owned().collect();
    assert_eq!(
        asked.len(),
        target.query_pairs().count(),
        "nothing is asked twice"
    );
    assert_eq!(asked["client_id"], "leptos-auth0-sample");
    assert_eq!(
        asked["redirect_uri"],
        env.base_url.join("/auth/callback").unwrap().as_str()
    );
    assert_eq!(
        asked["scope"],
        "openid profile email offline_access read:products write:products"
    );
    assert_eq!(asked["audience"], "https://products.example.com");
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["code_challenge_method"], "S256");
    assert!(asked["state"].len() > 40 && asked["nonce"].len() >= 22);
    assert_eq!(
        (asked["login_hint"].as_str(), asked["ui_locales"].as_str()),
        (ALICE, "de")
    );
}
