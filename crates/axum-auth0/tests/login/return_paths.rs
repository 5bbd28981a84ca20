//! Return paths: the final `Location` of a complete login, as a browser resolves it.

use http::StatusCode;
use url::Url;

use crate::app::TestEnv;
use test_support::SITE;

/// Returns the final URL after a login with `return_to`.
async fn final_location(env: &TestEnv, return_to: &str) -> Url {
    let mut browser = env.browser();
    let response = browser.start_login(return_to).await;
    let returned = env.provider.authorize(response.location(), "alice");
    let response = browser.get(&returned.path()).await;
    assert_eq!(
        response.status,
        StatusCode::SEE_OTHER,
        "{return_to:?}: {}",
        response.body
    );
    let base = Url::parse(&format!("{SITE}/auth/callback")).unwrap();
    base.join(response.location()).unwrap()
}

/// CVE-2026-107369: every return path stays on the site.
#[tokio::test]
async fn a_login_never_returns_to_another_site() {
    let env = TestEnv::new().await;
    let hosts = [
        "evil.example",
        "evil%E3%80%82example",
        "①②③.example",
        "127.0.0.1:4000",
    ];
    let shapes = [
        "//{}",
        "///{}",
        "////{}",
        "/\\{}",
        "\\\\{}",
        "\\/{}",
        "/\\/{}",
        "https://{}",
        "https:{}",
        "https:/{}",
        "https:///{}",
        "HTTPS://{}",
        "http:\\\\{}",
        "ftp://{}",
        "/.//{}",
        "/./\\{}",
        "/..//{}",
        "/x/..//{}",
        "/x/../..//{}",
        "/%2e//{}",
        "/%2E%2E//{}",
        "/.%2e//{}",
        "/x//{}",
        "/x/%2e%2e//{}",
        "//localhost:3000@{}",
        "https://localhost:3000@{}",
        "http://localhost:3000//{}",
        "/\t/{}",
        "\t//{}",
        "/\n//{}",
        "/\r\n//{}",
        "\u{0}//{}",
        " //{}",
        "\u{a0}//{}",
        "/\u{2028}/{}",
        "/%09/{}",
        "/%5c{}",
        "/%5C%5C{}",
        "/%2f{}",
        "/%2f%2f{}",
        "//%5c{}",
        "/;//{}",
        "/?//{}",
        "/#//{}",
        "?//{}",
        "#//{}",
        "@{}",
        ".{}",
        "//{}/%2f..",
        "/{}//",
        "//user:x@{}",
        "javascript:alert('{}')",
        "java\nscript:alert('{}')",
        "JaVaScRiPt://{}%0aalert(1)",
        "data:text/html,{}",
        "vbscript:{}",
        "blob:{}",
        "view-source:{}",
        "/javascript:{}",
        "//[::1]/{}",
        "//{}:80",
        "/https://{}",
        "/http:/{}",
        "/.\u{ad}/{}",
        "/\u{fe0f}/{}",
        "\u{feff}//{}",
        "//\u{2f}{}",
        "/\u{ff0f}/{}",
        "\u{ff0f}\u{ff0f}{}",
    ];
    for (shape, host) in shapes.iter().zip(hosts.iter().cycle()) {
        let payload = shape.replace("{}", host);
        let landed = final_location(&env, &payload).await;
        assert_eq!(
            landed.origin().ascii_serialization(),
            SITE,
            "{payload:?} → {landed}"
        );
        assert!(!landed.path().starts_with("//"), "{payload:?} → {landed}");
    }
}

/// The same, encoded once and twice more.
#[tokio::test]
async fn encoded_payloads_stay_on_this_site() {
    let env = TestEnv::new().await;
    for payload in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/x/..//evil.example",
        "\r\n//evil.example",
    ] {
        let once: String = url::form_urlencoded::byte_serialize(payload.as_bytes()).collect();
        let twice: String = url::form_urlencoded::byte_serialize(once.as_bytes()).collect();
        for encoded in [&once, &twice, &format!("/{once}"), &format!("/{twice}")] {
            let landed = final_location(&env, encoded).await;
            assert_eq!(
                landed.origin().ascii_serialization(),
                SITE,
                "{encoded:?} → {landed}"
            );
        }
    }
}

/// No panic and no header injection.
#[tokio::test]
async fn control_characters_do_not_reach_a_header() {
    let env = TestEnv::new().await;
    for payload in [
        "/a\r\nSet-Cookie: evil=1",
        "/a\nb",
        "/a\0b",
        "/\u{7f}",
        "/\u{85}",
        "/a\u{2028}b",
        "/\u{1}",
    ] {
        let mut browser = env.browser();
        let response = browser.start_login(payload).await;
        let returned = env.provider.authorize(response.location(), "alice");
        let response = browser.get(&returned.path()).await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{payload:?}");
        assert!(
            response
                .set_cookies()
                .iter()
                .all(|cookie| cookie.name() != "evil")
        );
        assert!(
            response
                .location()
                .bytes()
                .all(|byte| (0x21..0x7f).contains(&byte)),
            "{payload:?}"
        );
    }
}

/// A return path to an auth route neither loops nor logs out.
#[tokio::test]
async fn a_login_does_not_return_to_a_login_or_a_logout() {
    let env = TestEnv::new().await;
    for payload in [
        "/auth/logout",
        "/auth/login",
        "/auth/callback?code=x&state=y",
        "/auth",
        "/auth/",
        "/auth/x/y",
        "/auth?x",
        "/auth#x",
    ] {
        assert_eq!(final_location(&env, payload).await.path(), "/", "{payload}");
    }
    // A page of the application with a similar path.
    assert_eq!(final_location(&env, "/authors").await.path(), "/authors");
}

#[tokio::test]
async fn return_paths_of_this_site_are_kept_unchanged() {
    let env = TestEnv::new().await;
    for (path, expected) in [
        ("/products?page=2&sort=name", "/products?page=2&sort=name"),
        (
            "/a?next=https://evil.example",
            "/a?next=https://evil.example",
        ),
        ("/a#part", "/a#part"),
        ("/%E4%BA%A7%E5%93%81", "/%E4%BA%A7%E5%93%81"),
        ("/産品/ü?q=ö", "/%E7%94%A3%E5%93%81/%C3%BC?q=%C3%B6"),
        ("/a/", "/a/"),
    ] {
        let landed = final_location(&env, path).await;
        assert_eq!(landed.as_str(), format!("{SITE}{expected}"));
    }
}

/// A path is kept completely or replaced by the start page, however many bytes its characters take in a `Location`.
#[tokio::test]
async fn a_return_path_that_is_too_long_does_not_prevent_a_login() {
    let env = TestEnv::new().await;
    for filler in ["a", "ü", "産", "{", "%E4", "🙂"] {
        for count in [100, 300, 340, 500, 1_000, 1_023, 1_024, 5_000] {
            let path = format!("/{}", filler.repeat(count));
            let landed = final_location(&env, &path).await;
            let whole = Url::parse(SITE).unwrap().join(&path).unwrap();
            assert!(
                landed.path() == "/" || landed == whole,
                "{count} times {filler}: {} bytes",
                landed.as_str().len()
            );
        }
    }
    // Shorter paths are kept.
    let path = format!("/{}", "a".repeat(1_000));
    assert_eq!(final_location(&env, &path).await.path(), path);
}

#[tokio::test]
async fn a_protected_page_redirects_to_the_login_and_back() {
    let env = TestEnv::new().await;
    for (path, expected) in [
        ("/products", "/auth/login?returnTo=%2Fproducts"),
        (
            "/products?page=2",
            "/auth/login?returnTo=%2Fproducts%3Fpage%3D2",
        ),
        ("/products/7", "/auth/login?returnTo=%2Fproducts%2F7"),
        ("/%70roducts", "/auth/login?returnTo=%2F%2570roducts"),
        ("//products", "/auth/login?returnTo=%2F"),
    ] {
        let mut browser = env.browser();
        let response = browser.get(path).await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{path}");
        assert_eq!(response.location(), expected, "{path}");
        assert_eq!(response.body, "", "{path}");
    }
    let mut browser = env.browser();
    let response = browser.get("/products?page=2").await;
    let response = browser.get(response.location()).await;
    let returned = env.provider.authorize(response.location(), "alice");
    let response = browser.get(&returned.path()).await;
    assert_eq!(
        browser.get(response.location()).await.body,
        "the products of auth0|alice"
    );
}
