//! Which requests log out, and where they return to.

use axum::body::Body;
use http::{Method, StatusCode};
use test_support::{Endpoint, SITE};

use super::assert_logged_out;
use crate::app::TestEnv;

#[tokio::test]
async fn a_logout_is_idempotent_and_works_without_a_session() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let mut tab = browser.clone();
    for browser in [&mut browser, &mut tab, &mut env.browser()] {
        let response = browser.post("/auth/logout", "").await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.body);
        assert!(
            response
                .location()
                .starts_with(&env.provider.url("/oidc/logout?"))
        );
    }
    assert_eq!(env.provider.request_count(Endpoint::Revocation), 1);
}

/// `fetch` without a body sends no content type.
#[tokio::test]
async fn a_logout_accepts_any_body() {
    for (media_type, body) in [
        (None, ""),
        (Some("text/plain;charset=UTF-8"), "x"),
        (Some("application/json"), "{}"),
        (
            Some("application/x-www-form-urlencoded"),
            "returnTo=%ff&=&&",
        ),
        (Some("multipart/form-data; boundary=x"), "--x--"),
    ] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        let mut request = browser
            .request(Method::POST, "/auth/logout")
            .header("origin", SITE);
        if let Some(media_type) = media_type {
            request = request.header("content-type", media_type);
        }
        let response = browser.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{media_type:?}");
        assert_logged_out(&env, &mut browser, body).await;
    }
}

/// An image on another site requests the logout URL.
#[tokio::test]
async fn a_link_logs_out_only_from_this_site() {
    for (site, mode, dest, works) in [
        (
            Some("same-origin"),
            Some("navigate"),
            Some("document"),
            true,
        ),
        (Some("none"), Some("navigate"), Some("document"), true),
        (Some("same-origin"), Some("navigate"), Some("empty"), true),
        (Some("same-origin"), Some("navigate"), None, true),
        (Some("cross-site"), Some("navigate"), Some("empty"), false),
        (Some("same-origin"), Some("navigate"), Some("embed"), false),
        (
            Some("cross-site"),
            Some("navigate"),
            Some("document"),
            false,
        ),
        (Some("same-site"), Some("navigate"), Some("document"), false),
        (Some("same-origin"), Some("no-cors"), Some("image"), false),
        (Some("same-origin"), Some("navigate"), Some("iframe"), false),
        (Some("cross-site"), Some("no-cors"), Some("image"), false),
        (None, None, None, false),
    ] {
        let case = format!("{site:?} {mode:?} {dest:?}");
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        let mut request = browser.request(Method::GET, "/auth/logout");
        for (name, value) in [
            ("sec-fetch-site", site),
            ("sec-fetch-mode", mode),
            ("sec-fetch-dest", dest),
        ] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let response = browser.send(request.body(Body::empty()).unwrap()).await;
        if works {
            assert_eq!(response.status, StatusCode::SEE_OTHER, "{case}");
            assert_logged_out(&env, &mut browser, &case).await;
            continue;
        }
        assert_eq!(response.status, StatusCode::OK, "{case}");
        assert!(
            response
                .body
                .contains("<form method=\"post\" action=\"/auth/logout\">"),
            "{case}"
        );
        assert_eq!(browser.whoami().await, "auth0|alice", "{case}");
        assert_eq!(
            env.provider.request_count(Endpoint::Revocation),
            0,
            "{case}"
        );
    }
}

/// The return URL of a logout is registered at the provider; here it is limited to paths of the site.
#[tokio::test]
async fn a_logout_returns_to_a_page_of_this_site() {
    for (return_to, landing) in [
        ("/bye", "/bye"),
        ("/bye?x=1", "/bye?x=1"),
        ("//evil.example", "/signed-out"),
        ("https://evil.example", "/signed-out"),
        ("/\\evil.example", "/signed-out"),
        ("/x/..//evil.example", "/signed-out"),
        ("/auth/login", "/signed-out"),
        ("/auth/logout", "/signed-out"),
        ("/a\r\nb", "/signed-out"),
        ("", "/signed-out"),
    ] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let form = form.append_pair("returnTo", return_to).finish();
        let response = browser.post("/auth/logout", &form).await;
        let landing = format!("{SITE}{landing}");
        assert_eq!(
            response.redirect_parameter("post_logout_redirect_uri"),
            Some(landing),
            "{return_to:?}"
        );
        assert_logged_out(&env, &mut browser, return_to).await;
    }
}

/// A pending login belongs to another tab.
#[tokio::test]
async fn a_logout_keeps_pending_logins() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let returned = browser
        .authorize_without_callback(&env.provider, "bob")
        .await;
    browser.post("/auth/logout", "").await;
    assert_eq!(
        browser.get(&returned.path()).await.location(),
        "/products?page=2"
    );
    assert_eq!(browser.whoami().await, "auth0|bob");
}
