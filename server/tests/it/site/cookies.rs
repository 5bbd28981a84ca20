//! The cookies of a login: scope, lifetime and attributes.

use std::collections::BTreeSet;

use crate::{
    browser::{ALICE, PASSWORD, Response},
    test_env::TestEnv,
};

#[tokio::test]
async fn on_https_there_is_hsts_and_cookies_have_the_host_prefix() {
    let env = TestEnv::with(|builder| {
        builder.set("APP_BASE_URL", "https://shop.example.com");
        builder.tenant.applications[0].callback_urls =
            vec!["https://shop.example.com/auth/callback".to_owned()];
    })
    .await;
    let ask = async |path: &str, more: &str| {
        let head =
            format!("GET {path} HTTP/1.1\r\nHost: shop.example.com\r\nAccept: text/html\r\n{more}");
        env.send_raw(head.trim_end()).await
    };
    let of = |response: &str, name: &str| {
        let prefix = format!("{name}: ");
        let line = response
            .lines()
            .find_map(|line| line.strip_prefix(&prefix).map(str::to_owned));
        line.unwrap_or_else(|| panic!("{name} is not in {response}"))
    };
    let safe = |cookie: &str| {
        for attribute in ["; Secure", "; HttpOnly", "; Path=/", "; SameSite=Lax"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(
            cookie.starts_with("__Host-") && !cookie.contains("Domain"),
            "{cookie}"
        );
    };
    let home = ask("/", "").await;
    assert!(
        of(&home, "strict-transport-security").starts_with("max-age=31536000"),
        "{home}"
    );

    let begun = ask("/auth/login?returnTo=%2Fproducts", "").await;
    let transaction = of(&begun, "set-cookie");
    safe(&transaction);
    let alice = env.browser();
    let login = alice.open(&of(&begun, "location")).await.assert_status(200);
    let typed = [("username", ALICE), ("password", PASSWORD)];
    let callback = alice
        .submit(&login, login.html().form("/u/login"), &typed)
        .await
        .redirect_target();
    assert_eq!(
        callback.origin().ascii_serialization(),
        "https://shop.example.com"
    );
    let cookie = transaction.split(';').next().unwrap();
    let back = ask(
        &callback[url::Position::BeforePath..],
        &format!("Cookie: {cookie}"),
    )
    .await;
    assert_eq!(of(&back, "location"), "/products");
    let cookies: Vec<_> = back
        .lines()
        .filter_map(|line| line.strip_prefix("set-cookie: "))
        .collect();
    assert_eq!(cookies.len(), 2, "{back}");
    for cookie in &cookies {
        safe(cookie);
    }
    let session = cookies
        .iter()
        .find(|cookie| cookie.starts_with("__Host-session="))
        .unwrap();

    let session = session.split(';').next().unwrap();
    let page = ask("/products", &format!("Cookie: {session}")).await;
    assert!(
        page.starts_with("HTTP/1.1 200 ") && !page.contains("\r\nset-cookie: "),
        "{page}"
    );
}

#[tokio::test]
async fn the_cookies_of_a_login_are_host_only_and_expire() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let seen = alice.responses();
    let ours = seen
        .iter()
        .filter(|response| response.url.origin() == env.base_url.origin());
    let mut names = BTreeSet::new();
    for cookie in ours.flat_map(Response::set_cookies) {
        for attribute in ["; HttpOnly", "; Path=/", "; SameSite=Lax", "; Max-Age="] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        names.insert(cookie.split(['=', '_']).next().unwrap().to_owned());
    }
    assert_eq!(
        names,
        BTreeSet::from(["session".to_owned(), "txn".to_owned()])
    );
    // Ordinary responses set no cookie.
    for path in [
        "/",
        "/products",
        "/profile",
        "/auth/profile",
        "/api/products",
    ] {
        assert_eq!(
            alice.visit(path).await.assert_status(200).set_cookies(),
            [""; 0],
            "{path}"
        );
    }
}
