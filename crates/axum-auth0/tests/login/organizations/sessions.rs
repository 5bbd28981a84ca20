//! The organization of a session: its tokens, and the switch to another organization.

use axum::body::Body;
use axum_auth0::{CURRENT_USER_HEADER, PAGE_USER_HEADER};
use http::{Method, StatusCode, header};
use serde_json::{Value, json};
use test_support::{Browser, Endpoint, Part, SITE};

use super::{log_in, log_in_to, site};
use crate::app::TestEnv;

/// Changes the claims of a token.
type Change = fn(&mut Value);

const HOUR: i64 = 3_600;

async fn organization_of(browser: &mut Browser) -> Value {
    let response = browser.get("/organization").await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    response.json()
}

#[tokio::test]
async fn a_session_outside_of_the_required_organization_is_not_used() {
    let env = TestEnv::new().await;
    log_in_to(&env, "org_b", "globex");
    let browser = env.logged_in("alice").await;
    let required = ("AUTH0_ORGANIZATION_REQUIRED", Some("true"));
    for (organization, expected) in [
        (None, "auth0|alice"),
        (Some("org_b"), "auth0|alice"),
        (Some("Globex"), "auth0|alice"),
        (Some("org_a"), "anonymous"),
    ] {
        let router = env
            .restarted(&[required, ("AUTH0_ORGANIZATION", organization)])
            .await;
        let mut browser = browser.clone().with_router(&router);
        assert_eq!(browser.whoami().await, expected, "{organization:?}");
    }
    env.provider.reset(Part::IdToken);
    env.provider.reset(Part::AccessToken);
    let browser = env.logged_in("bob").await;
    let router = env.restarted(&[required]).await;
    assert_eq!(browser.with_router(&router).whoami().await, "anonymous");
}

#[tokio::test]
async fn tokens_for_different_organizations_are_not_stored() {
    let env = TestEnv::new().await;
    log_in_to(&env, "org_a", "acme");
    env.provider.modify(Part::AccessToken, |claims| {
        claims["org_id"] = json!("org_b");
    });
    let mut browser = env.browser();
    let response = log_in(&env, &mut browser, "organization=org_a").await;
    assert!(
        response.body.contains("different organizations"),
        "{}",
        response.body
    );
    env.assert_login_failed(&mut browser, &response, 502, "access token")
        .await;
}

#[tokio::test]
async fn a_switch_of_the_organization_drops_the_former_tokens() {
    let env = TestEnv::new().await;
    let mut browser = env.browser().with_router(&site(&env).await);
    log_in_to(&env, "org_a", "acme");
    log_in(&env, &mut browser, "organization=org_a").await;
    assert_eq!(
        organization_of(&mut browser).await,
        json!({ "id": "org_a", "name": "acme" })
    );
    let former = env.token(&mut browser).await;
    let old = env.store.logins().await;

    log_in_to(&env, "org_b", "globex");
    let response = log_in(&env, &mut browser, "organization=org_b&returnTo=%2Fx").await;
    assert_eq!(response.location(), "/x");
    assert_eq!(
        organization_of(&mut browser).await,
        json!({ "id": "org_b", "name": "globex" })
    );
    let current = env.token(&mut browser).await;
    assert_ne!(former["fingerprint"], current["fingerprint"]);
    let logins = env.store.logins().await;
    assert_eq!(logins.len(), 1, "the former login has ended");
    assert_ne!(logins[0].id, old[0].id);
    // So have its tokens for other APIs.
    let before = env.provider.request_count(Endpoint::Refresh);
    assert_eq!(browser.get("/token/orders").await.status, StatusCode::OK);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), before + 1);
}

/// A provider that ignores `organization` changes nothing.
#[tokio::test]
async fn a_switch_that_the_provider_does_not_confirm_keeps_the_session_and_its_organization() {
    let env = TestEnv::new().await;
    let mut browser = env.browser().with_router(&site(&env).await);
    log_in_to(&env, "org_a", "acme");
    log_in(&env, &mut browser, "organization=org_a").await;
    let before = env.token(&mut browser).await;
    let response = log_in(&env, &mut browser, "organization=org_b").await;
    assert_eq!(response.status, StatusCode::BAD_GATEWAY);
    assert_eq!(organization_of(&mut browser).await["id"], "org_a");
    assert_eq!(env.token(&mut browser).await, before);
}

#[tokio::test]
async fn refreshed_tokens_of_another_organization_end_the_session() {
    let other = |claims: &mut Value| claims["org_id"] = json!("org_b");
    let none = |claims: &mut Value| drop(claims.as_object_mut().unwrap().remove("org_id"));
    let changes: [(&str, Part, Change); 3] = [
        ("another one in the ID token", Part::RefreshedIdToken, other),
        ("none in the ID token", Part::RefreshedIdToken, none),
        ("another one in the access token", Part::AccessToken, other),
    ];
    for (case, part, change) in changes {
        let env = TestEnv::new().await;
        log_in_to(&env, "org_a", "acme");
        let mut browser = env.logged_in("alice").await;
        env.clock.advance(2 * HOUR);
        env.provider.modify(part, move |claims| {
            claims["org_id"] = json!("org_a");
            change(claims);
        });
        let response = browser.get("/token").await;
        assert_eq!(
            response.status,
            StatusCode::UNAUTHORIZED,
            "{case}: {}",
            response.body
        );
        assert!(env.store.logins().await.is_empty(), "{case}");
        assert_eq!(browser.whoami().await, "anonymous", "{case}");
    }
}

#[tokio::test]
async fn refreshed_tokens_of_the_same_organization_keep_the_session() {
    let env = TestEnv::new().await;
    log_in_to(&env, "org_a", "acme");
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;
    // An API's access token may say nothing about the organization.
    env.provider.reset(Part::AccessToken);
    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;
}

/// Its data is that of the other organization.
#[tokio::test]
async fn a_page_of_the_former_organization_changes_nothing() {
    let env = TestEnv::new().await;
    let mut browser = env.browser().with_router(&site(&env).await);
    let mut pages = Vec::new();
    for (id, query) in [
        ("org_a", "organization=org_a"),
        ("org_b", "organization=org_b"),
    ] {
        log_in_to(&env, id, "a-name");
        log_in(&env, &mut browser, query).await;
        let page = browser.get("/").await;
        pages.push(page.header(CURRENT_USER_HEADER).unwrap().to_owned());
    }
    for (page, expected) in [
        (&pages[0], StatusCode::CONFLICT),
        (&pages[1], StatusCode::OK),
    ] {
        let request = browser
            .request(Method::POST, "/api/change")
            .header(header::ORIGIN, SITE)
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "cors")
            .header(PAGE_USER_HEADER, page)
            .body(Body::empty())
            .unwrap();
        assert_eq!(browser.send(request).await.status, expected);
    }
}
