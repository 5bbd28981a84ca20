//! The organization that a login asks for.

use std::sync::mpsc;

use axum::Router;
use axum_auth0::{AuthEvent, events::LoginFailureReason};
use http::StatusCode;
use serde_json::json;
use test_support::{Part, log_capture};

use super::{log_in, log_in_to, site};
use crate::app::{TestEnv, TestEnvBuilder};

#[tokio::test]
async fn a_login_asks_for_the_configured_organization_and_a_link_can_name_another() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_ORGANIZATION", "org_a")
        .build()
        .await;
    for (query, asked) in [
        ("returnTo=%2F", "org_a"),
        ("organization=", "org_a"),
        ("organization=org_b", "org_b"),
        ("organization_name=acme", "acme"),
        ("organization=org_b&organization_name=acme", "org_b"),
    ] {
        let response = env.browser().get(&format!("/auth/login?{query}")).await;
        let organization = response.redirect_parameter("organization");
        assert_eq!(organization.as_deref(), Some(asked), "{query}");
        assert_eq!(response.redirect_parameter("organization_name"), None);
    }
    // The default is a requirement of the login.
    let mut browser = env.browser();
    let response = log_in(&env, &mut browser, "returnTo=%2F").await;
    env.assert_login_failed(&mut browser, &response, 502, "no organization")
        .await;
}

#[tokio::test]
async fn an_invitation_is_accepted_in_its_organization_only() {
    let env = TestEnv::new().await;
    let invitation = "invitation=ticket&organization=org_a&organization_name=acme";
    let response = env
        .browser()
        .get(&format!("/auth/login?{invitation}"))
        .await;
    let ticket = response.redirect_parameter("invitation");
    assert_eq!(ticket.as_deref(), Some("ticket"));
    log_in_to(&env, "org_b", "globex");
    let mut browser = env.browser();
    let response = log_in(&env, &mut browser, invitation).await;
    env.assert_login_failed(&mut browser, &response, 502, "another organization")
        .await;
    log_in_to(&env, "org_a", "acme");
    let response = log_in(&env, &mut browser, invitation).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_link_cannot_replace_the_required_organization() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_ORGANIZATION", "org_a")
        .set("AUTH0_ORGANIZATION_REQUIRED", "true")
        .build()
        .await;
    let response = env.browser().get("/auth/login?organization=org_b").await;
    let organization = response.redirect_parameter("organization");
    assert_eq!(organization.as_deref(), Some("org_a"));
    log_in_to(&env, "org_b", "globex");
    let mut browser = env.browser();
    let response = log_in(&env, &mut browser, "organization=org_b").await;
    env.assert_login_failed(&mut browser, &response, 502, "org_b")
        .await;
}

/// Without `AUTH0_ORGANIZATION`, the user selects one at the provider.
#[tokio::test]
async fn a_site_can_require_any_organization() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_ORGANIZATION_REQUIRED", "true")
        .build()
        .await;
    let mut browser = env.browser();
    let response = log_in(&env, &mut browser, "returnTo=%2F").await;
    assert!(response.body.contains("org_id is missing"));
    env.assert_login_failed(&mut browser, &response, 502, "none")
        .await;
    log_in_to(&env, "org_b", "globex");
    let response = log_in(&env, &mut browser, "returnTo=%2F").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn an_unconfirmed_organization_has_a_page_a_fix_and_an_event() {
    let env = TestEnv::new().await;
    let (sender, events) = mpsc::channel();
    let builder = env.auth0_builder().on_event(move |event| {
        if let AuthEvent::LoginFailed { reason, .. } = event {
            sender.send(*reason).unwrap();
        }
    });
    let router = builder.build().await.unwrap().wrap(Router::new());
    for (query, claims, cause) in [
        ("organization=org_a", json!({}), "org_id is missing"),
        (
            "organization=acme",
            json!({ "org_name": "acme" }),
            "org_id is missing",
        ),
        (
            "organization=acme",
            json!({ "org_id": "org_a" }),
            "org_name is missing",
        ),
        (
            "organization=acme",
            json!({ "org_id": "org_a", "org_name": "acme2" }),
            "another organization",
        ),
        (
            "organization=org_a",
            json!({ "org_id": "org_b" }),
            "another organization",
        ),
        // An identifier is not a name.
        (
            "organization=org_a",
            json!({ "org_id": "org_b", "org_name": "org_a" }),
            "another organization",
        ),
        (
            "organization=org_a",
            json!({ "org_id": ["org_a"] }),
            "org_id is missing",
        ),
        (
            "organization=org_a",
            json!({ "org_id": null }),
            "org_id is missing",
        ),
    ] {
        let case = format!("{query} {claims}");
        env.provider.modify(Part::IdToken, move |token| {
            for (name, value) in claims.as_object().unwrap() {
                token[name] = value.clone();
            }
        });
        let mut browser = env.browser().with_router(&router);
        let response = log_in(&env, &mut browser, query).await;
        assert_eq!(response.status, StatusCode::BAD_GATEWAY, "{case}");
        assert!(response.body.contains(cause), "{case}: {}", response.body);
        let again = format!("/auth/login?returnTo=%2F&amp;{query}");
        assert!(response.body.contains(&again), "{case}: {}", response.body);
        assert!(!browser.has_session(), "{case}");
        let reason = events.try_recv();
        assert_eq!(
            reason,
            Ok(LoginFailureReason::OrganizationNotConfirmed),
            "{case}"
        );
    }
    let log = log_capture::captured();
    assert!(
        log.contains("code=\"organization_not_confirmed\"") && log.contains("fix="),
        "{log}"
    );
}

#[tokio::test]
async fn a_guard_leads_to_a_login_with_the_organization() {
    let env = TestEnv::new().await;
    let mut browser = env.browser().with_router(&site(&env).await);
    log_in_to(&env, "org_a", "acme");
    log_in(&env, &mut browser, "organization=org_a").await;
    assert_eq!(browser.get("/o/org_a").await.status, StatusCode::OK);
    assert_eq!(browser.get("/o/ACME").await.status, StatusCode::OK);

    let response = browser.get("/o/globex?page=2").await;
    let login = "/auth/login?returnTo=%2Fo%2Fglobex%3Fpage%3D2&organization=globex";
    assert_eq!(response.location(), login);
    let response = browser.get_json("/o/globex").await;
    assert_eq!(response.status, StatusCode::FORBIDDEN);
    assert_eq!(response.json()["code"], "organization_required");

    log_in_to(&env, "org_b", "globex");
    let response = browser.get(login).await;
    let returned = env.provider.authorize(response.location(), "alice");
    let response = browser.get(&returned.path()).await;
    assert_eq!(response.location(), "/o/globex?page=2");
    assert_eq!(browser.get("/o/globex?page=2").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_step_up_stays_in_the_organization() {
    let env = TestEnv::new().await;
    let mut browser = env.browser().with_router(&site(&env).await);
    log_in_to(&env, "org_a", "acme");
    log_in(&env, &mut browser, "organization=org_a").await;
    let response = browser.get("/security").await;
    assert!(
        response.location().ends_with("&organization=org_a"),
        "{}",
        response.location()
    );
}
