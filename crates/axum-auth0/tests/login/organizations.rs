//! Auth0 Organizations: what a login asks for, what the provider has to confirm, and the way from one to another.

use std::{sync::mpsc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::Path,
    routing::{get, post},
};
use axum_auth0::{
    AuthEvent, CURRENT_USER_HEADER, Organization, OrganizationRequired, PAGE_USER_HEADER,
    SignedInUser, StepUp, events::LoginFailureReason,
};
use http::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{
    Browser, Endpoint, OrdersApi, Part, ProductsApi, SITE, TestResponse, log_capture,
};

const HOUR: i64 = 3_600;

/// Changes the claims of a token.
type Change = fn(&mut Value);

async fn organization(user: SignedInUser) -> String {
    let own = user.organization();
    json!({ "id": own.map(Organization::id), "name": own.and_then(Organization::name) }).to_string()
}

async fn of_organization(
    user: SignedInUser,
    Path(organization): Path<String>,
) -> Result<&'static str, OrganizationRequired> {
    user.require_organization(&organization)?;
    Ok("the data of the organization")
}

/// Returns a site with routes that depend on the organization.
async fn site(env: &TestEnv) -> Router {
    let builder = env.auth0_builder();
    let builder = builder.protect_with(StepUp::recent_auth(Duration::from_mins(5)), ["/security"]);
    let auth0 = builder.build().await.unwrap();
    let app = Router::new()
        .route("/", get(|| async { "home" }))
        .route("/security", get(|| async { "security" }))
        .route("/organization", get(organization))
        .route("/o/{organization}", get(of_organization))
        .route("/token", get(crate::app::token::<ProductsApi>))
        .route("/token/orders", get(crate::app::token::<OrdersApi>))
        .route("/api/change", post(|| async { "changed" }));
    auth0.wrap(app)
}

/// Makes the provider log users in to this organization.
fn log_in_to(env: &TestEnv, id: &'static str, name: &'static str) {
    for part in [Part::IdToken, Part::RefreshedIdToken, Part::AccessToken] {
        env.provider.modify(part, move |claims| {
            claims["org_id"] = json!(id);
            claims["org_name"] = json!(name);
        });
    }
}

/// Logs Alice in with this query of the login route.
async fn log_in(env: &TestEnv, browser: &mut Browser, query: &str) -> TestResponse {
    let response = browser.get(&format!("/auth/login?{query}")).await;
    let returned = env.provider.authorize(response.location(), "alice");
    browser.get(&returned.path()).await
}

async fn organization_of(browser: &mut Browser) -> Value {
    let response = browser.get("/organization").await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    response.json()
}

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
