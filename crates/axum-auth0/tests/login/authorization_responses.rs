//! The callback route: authorization responses of the provider.

use http::StatusCode;
use serde_json::json;

use crate::app::TestEnv;
use test_support::{Endpoint, Part, SITE, log_capture};

/// OpenID conformance suite: fapi2-…-invalid-authorization-response-iss, -remove-authorization-response-iss.
#[tokio::test]
async fn a_response_of_another_issuer_is_rejected_before_any_request() {
    for (advertised, iss, error) in [
        (false, Some("https://evil.example/"), false),
        (false, Some("without slash"), false),
        (false, Some("INVALID behind it"), false),
        (true, None, false),
        (true, Some("https://evil.example/"), true),
        (true, None, true),
    ] {
        let case = format!("{advertised} {iss:?} {error}");
        let env = TestEnv::new().await;
        env.provider.modify(Part::Metadata, move |metadata| {
            metadata["authorization_response_iss_parameter_supported"] = json!(advertised);
        });
        let mut browser = env.browser();
        let mut returned = browser
            .authorize_without_callback(&env.provider, "alice")
            .await;
        let issuer = env.provider.issuer();
        match iss {
            Some("without slash") => returned = returned.with("iss", issuer.trim_end_matches('/')),
            Some("INVALID behind it") => {
                returned = returned.with("iss", &format!("{issuer}INVALID"));
            }
            Some(other) => returned = returned.with("iss", other),
            None => {}
        }
        if error {
            returned = returned.without("code").with("error", "access_denied");
        }
        let response = browser.get(&returned.path()).await;
        env.assert_login_failed(&mut browser, &response, 400, &case)
            .await;
        // An error without `iss` proves nothing, but most likely the login was cancelled.
        let said = if error && iss.is_none() {
            "did not complete"
        } else {
            "another provider"
        };
        assert!(response.body.contains(said), "{case}: {}", response.body);
        assert_eq!(env.provider.request_count(Endpoint::Exchange), 0, "{case}");
    }
}

/// Mix-up: the response of one provider for a transaction with another.
#[tokio::test]
async fn a_transaction_of_another_provider_is_rejected() {
    let env = TestEnv::new().await;
    let other = TestEnv::new().await;
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let response = browser
        .clone()
        .with_router(&other.router)
        .get(&returned.path())
        .await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert!(response.body.contains("another provider"));
    assert_eq!(other.provider.request_count(Endpoint::Exchange), 0);
    assert!(other.store.logins().await.is_empty());
}

#[tokio::test]
async fn error_descriptions_are_escaped_and_truncated() {
    let env = TestEnv::new().await;
    let long = "A".repeat(50_000);
    for (error, description, status) in [
        ("access_denied", "<script>alert(1)</script>", 403),
        ("access_denied", long.as_str(), 403),
        (
            "access_denied",
            "a\r\nSet-Cookie: evil=1\r\n\r\n<html>",
            403,
        ),
        ("<img src=x onerror=alert(1)>", "\u{202e}\u{0}", 400),
        ("login_required", "", 401),
        ("consent_required", "", 401),
        ("interaction_required", "", 401),
        ("temporarily_unavailable", "", 503),
        ("server_error", "", 502),
        ("invalid_scope", "", 500),
        ("unauthorized_client", "<script>", 500),
        ("unregistered_code", "", 400),
    ] {
        let case = format!("{error} {}", &description[..description.len().min(20)]);
        let mut browser = env.browser();
        let returned = browser
            .authorize_without_callback(&env.provider, "alice")
            .await;
        let returned = returned
            .without("code")
            .with("error", error)
            .with("error_description", description);
        let response = browser.get(&returned.path()).await;
        env.assert_login_failed(&mut browser, &response, status, &case)
            .await;
        for evil in ["<script", "<img", "evil=1\r"] {
            assert!(!response.body.contains(evil), "{case}");
        }
        assert!(response.body.len() < 20_000, "{case}");
        assert!(
            response
                .set_cookies()
                .iter()
                .all(|cookie| cookie.name() != "evil")
        );
        let policy = response.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{case}"
        );
        // The user can try again, unless the operator has to fix the configuration.
        let way_back = response.body.contains("returnTo=%2Fproducts%3Fpage%3D2");
        assert_eq!(way_back, status != 500, "{case}");
    }
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 0);
    let longest = log_capture::captured()
        .lines()
        .map(str::len)
        .max()
        .unwrap_or(0);
    assert!(longest < 20_000, "a line of the log has {longest} bytes");
}

/// A failed login in one tab does not affect the others.
#[tokio::test]
async fn an_error_in_one_tab_does_not_affect_the_session_of_another() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let session = browser.session().cloned();
    let returned = browser
        .authorize_without_callback(&env.provider, "bob")
        .await;
    let returned = returned.without("code").with("error", "access_denied");
    assert_eq!(
        browser.get(&returned.path()).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(browser.session(), session.as_ref());
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn a_code_with_an_error_is_not_exchanged() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let response = browser
        .get(&returned.and("error", "access_denied").path())
        .await;
    env.assert_login_failed(&mut browser, &response, 403, "code and error")
        .await;
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 0);
}

#[tokio::test]
async fn extra_callback_parameters_and_an_unadvertised_iss_are_accepted() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let returned = returned
        .with("iss", env.provider.issuer())
        .and("session_state", "a.b.c")
        .and("session_state", "again")
        .and("vendor[]", "\u{0}")
        .and("scope", "openid")
        .and("error_description", "");
    assert_eq!(
        browser.get(&returned.path()).await.location(),
        "/products?page=2"
    );
}

/// This site did not ask for `form_post`.
#[tokio::test]
async fn a_post_to_the_callback_is_rejected() {
    use http::{Method, header};

    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let form = returned.path().split_once('?').unwrap().1.to_owned();
    for (origin, status) in [
        (SITE, 405),
        (env.provider.issuer().trim_end_matches('/'), 403),
    ] {
        let request = browser
            .request(Method::POST, "/auth/callback")
            .header(header::ORIGIN, origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let response = browser
            .send(request.body(form.clone().into()).unwrap())
            .await;
        assert_eq!(response.status.as_u16(), status);
    }
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 0);
    assert!(!browser.has_session());
}
