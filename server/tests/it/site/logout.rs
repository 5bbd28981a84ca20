//! Logout: at the site, at the tenant, and for a copied cookie.

use reqwest::Method;

use super::{
    forms::products_of,
    server_functions::{FIELDS, GUARDED, is_signed_in},
};
use crate::{
    browser::{ALICE, BOB, PASSWORD},
    test_env::TestEnv,
};

const LOGOUT_PATH: &str = "/auth/logout";
const PROFILE_PATH: &str = "/auth/profile";

#[tokio::test]
async fn after_the_logout_a_page_confirms_it_and_nothing_of_the_session_remains() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let home = alice.open("/").await;
    let response = alice
        .submit(&home, home.html().form(LOGOUT_PATH), &[])
        .await
        .assert_status(303);
    assert_eq!(response.redirect_target().path(), "/oidc/logout");
    assert!(
        response
            .set_cookies()
            .iter()
            .any(|cookie| cookie.starts_with("session=;")),
        "{:?}",
        response.set_cookies()
    );
    assert_eq!(response.header("clear-site-data"), "\"cache\"");

    let page = alice.follow_redirects(response).await.assert_status(200);
    assert_eq!(page.path_and_query(), "/signed-out");
    assert_eq!(page.html().heading(), "You are signed out");
    assert_eq!(alice.cookie("session"), None);
    assert!(!alice.open("/").await.html().text().contains("Alice"));
}

#[tokio::test]
async fn a_cookie_from_before_the_logout_is_invalid() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let old = alice.cookie("session").unwrap();
    alice.log_out().await.assert_status(200);

    let thief = env.browser();
    thief.set_cookie("session", &old);
    assert_eq!(
        thief.get_json(PROFILE_PATH).await.assert_status(401).json()["error"],
        "sign_in_required"
    );
    assert_eq!(
        &*thief.get_json("/auth/user").await.assert_status(200).body,
        "null"
    );
    for path in ["/products", "/profile"] {
        assert!(
            thief
                .visit(path)
                .await
                .assert_status(303)
                .location()
                .starts_with("/auth/login?"),
            "{path}"
        );
    }
    for (method, path) in GUARDED {
        thief
            .call(method.parse().unwrap(), path, FIELDS)
            .await
            .assert_status(401);
    }
    assert!(
        !thief
            .open("/")
            .await
            .assert_status(200)
            .body
            .contains("Alice")
    );
    // A new login does not revive the old cookie.
    alice.log_in(ALICE).await.assert_status(200);
    assert_ne!(alice.cookie("session").unwrap(), old);
    assert!(!is_signed_in(&thief).await);
}

#[tokio::test]
async fn the_session_at_the_tenant_ends_as_well() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    // While the tenant's session lasts, a lost site cookie requires no password.
    alice.delete_cookie("session");
    assert_eq!(
        alice
            .open("/products")
            .await
            .assert_status(200)
            .path_and_query(),
        "/products"
    );

    alice.log_out().await.assert_status(200);
    assert_eq!(
        alice.open("/products").await.assert_status(200).url.path(),
        "/u/login"
    );
}

#[tokio::test]
async fn the_refresh_token_is_revoked() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let granted = env
        .tenant_requests
        .matching(&Method::POST, "/oauth/token")
        .pop()
        .unwrap();
    let refresh_token = granted.response_field("refresh_token").unwrap();
    alice.log_out().await.assert_status(200);
    let revoked = env
        .tenant_requests
        .matching(&Method::POST, "/oauth/revoke")
        .pop()
        .unwrap();
    assert_eq!(
        (revoked.status.as_u16(), revoked.form_field("token")),
        (200, Some(refresh_token.clone()))
    );

    let again = alice
        .request(Method::POST, &env.tenant_url("/oauth/token"))
        .form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", &refresh_token),
            ("client_id", "leptos-auth0-sample"),
            ("client_secret", crate::test_env::CLIENT_SECRET),
        ]);
    let refused = alice.send(again).await;
    assert!(
        refused.status.is_client_error() && refused.body.contains("invalid_grant"),
        "{}",
        refused.body
    );
}

#[tokio::test]
async fn a_logout_ends_one_browser_and_no_other() {
    let env = TestEnv::start().await;
    let (here, there) = (env.browser(), env.browser());
    here.log_in(ALICE).await.assert_status(200);
    there.log_in(ALICE).await.assert_status(200);
    here.log_out().await.assert_status(200);
    assert!(!is_signed_in(&here).await);
    assert_eq!(products_of(&there).await.len(), 20);
}

#[tokio::test]
async fn a_typed_logout_works_and_a_second_one_changes_nothing() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    for _ in 0..2 {
        assert_eq!(
            alice
                .open(LOGOUT_PATH)
                .await
                .assert_status(200)
                .path_and_query(),
            "/signed-out"
        );
        assert!(!is_signed_in(&alice).await);
    }
}

#[tokio::test]
async fn a_logout_works_while_the_tenant_is_down() {
    let mut env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let old = alice.cookie("session").unwrap();
    let home = alice.open("/").await;
    env.stop_tenant().await;
    alice
        .submit(&home, home.html().form(LOGOUT_PATH), &[])
        .await
        .assert_status(303);
    alice.set_cookie("session", &old);
    assert!(!is_signed_in(&alice).await);
}

#[tokio::test]
async fn bob_after_alice_in_the_same_browser_is_bob() {
    let env = TestEnv::start().await;
    let browser = env.browser();
    browser.log_in(ALICE).await.assert_status(200);
    let hers = browser.cookie("session").unwrap();
    let her_products = products_of(&browser).await;
    // Bob does not log her out; he logs in.
    let login = browser
        .open("/auth/login?prompt=login&returnTo=%2Fproducts")
        .await
        .assert_status(200);
    browser
        .submit_login(&login, BOB, PASSWORD)
        .await
        .assert_status(200);
    assert_eq!(
        browser
            .get_json(PROFILE_PATH)
            .await
            .assert_status(200)
            .json()["sub"],
        "auth0|bob"
    );
    assert_ne!(products_of(&browser).await, her_products);
    browser.set_cookie("session", &hers);
    assert!(!is_signed_in(&browser).await);
}
