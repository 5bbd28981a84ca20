//! Pages and actions that require roles or permissions, which the claims of the login grant.

use axum::{Json, Router, routing::get};
use axum_auth0::{AccessDenied, AuthEvent, Requirement, SignedInUser, events::RequestRefusal};
use serde_json::{Value, json};
use test_support::Browser;

use super::{App, TestEnv, issue};

const ROLES: &str = "https://example.com/roles";

async fn grants(user: SignedInUser) -> Json<Value> {
    Json(json!({
        "roles": user.roles(),
        "permissions": user.permissions(),
        "public": [user.public_roles(), user.public_permissions()],
        "actor": user.actor(),
    }))
}

async fn refund(user: SignedInUser) -> Result<&'static str, AccessDenied> {
    user.require_permission("refund:orders")?;
    Ok("refunded")
}

async fn close(user: SignedInUser) -> Result<&'static str, AccessDenied> {
    user.require_role("manager")?;
    Ok("closed")
}

/// Returns an environment whose site reads the roles from [`ROLES`].
async fn env() -> TestEnv {
    let builder = test_support::TestEnvBuilder::<App>::new();
    builder.set("AUTH0_ROLES_CLAIM", ROLES).build().await
}

/// Returns a browser whose user has these claims, at a site with guards of all kinds.
async fn logged_in(env: &TestEnv, claims: Value) -> Browser {
    issue(env, claims);
    let builder = env.auth0_builder();
    let manager = Requirement::any_role(["manager", "owner"]);
    let auth0 = builder
        .protect_for(manager, ["/report"])
        .build()
        .await
        .unwrap();
    let export = Router::new().route("/export", get(|| async { "the export" }));
    let refunds = Requirement::permission("refund:orders");
    let app = Router::new()
        .route("/report", get(|| async { "the report" }))
        .route("/grants", get(grants))
        .route("/refund", get(refund))
        .route("/close", get(close))
        .merge(auth0.require_access(refunds, export));
    let router = auth0.wrap(app);
    let mut browser = env.browser().with_router(&router);
    assert_eq!(browser.get("/report").await.status, 303, "a login first");
    assert_eq!(browser.get("/export").await.status, 303, "a login first");
    browser.attempt_login(&env.provider, "alice").await;
    browser
}

#[tokio::test]
async fn a_user_with_the_grants_passes_all_guards() {
    let env = env().await;
    let claims = json!({ ROLES: ["manager"], "permissions": ["refund:orders"] });
    let mut browser = logged_in(&env, claims).await;
    for (path, body) in [
        ("/report", "the report"),
        ("/export", "the export"),
        ("/refund", "refunded"),
        ("/close", "closed"),
    ] {
        assert_eq!(browser.get(path).await.body, body, "{path}");
    }
    let expected = json!({
        "roles": ["manager"],
        "permissions": ["refund:orders"],
        // A claim that is not configured does not reach the page.
        "public": [["manager"], []],
        "actor": null,
    });
    assert_eq!(browser.get("/grants").await.json(), expected);
}

#[tokio::test]
async fn a_user_without_them_gets_403_and_a_page_that_says_what_is_missing() {
    for claims in [
        json!({}),
        json!({ ROLES: ["Manager"], "permissions": ["refund:orders:all"] }),
        json!({ ROLES: { "manager": true }, "permissions": 7 }),
        json!({ ROLES: ["manager", 7], "permissions": ["refund:orders", null] }),
        json!({ "roles": ["manager"], "scope": "refund:orders" }),
    ] {
        let env = env().await;
        let mut browser = logged_in(&env, claims.clone()).await;
        for (path, missing) in [
            ("/report", "one of the roles manager, owner"),
            ("/export", "the permission refund:orders"),
            ("/refund", "the permission refund:orders"),
            ("/close", "the role manager"),
        ] {
            let page = browser.get(path).await;
            assert_eq!(page.status, 403, "{path} {claims}");
            let sentence = format!("Your account lacks {missing}.");
            assert!(page.body.contains(&sentence), "{}", page.body);
            let login = format!("/auth/login?returnTo=%2F{}", &path[1..]);
            assert!(page.body.contains(&login), "{}", page.body);
        }
    }
}

#[tokio::test]
async fn a_program_gets_json_with_the_missing_grants() {
    let env = env().await;
    let mut browser = logged_in(&env, json!({})).await;
    let script = [("sec-fetch-mode", "cors")];
    let response = browser.fetch("/report", &script).await;
    assert_eq!(response.status, 403);
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let body = response.json();
    assert_eq!(body["code"], "access_denied");
    let missing = json!([{ "kind": "role", "any_of": ["manager", "owner"] }]);
    assert_eq!(body["details"]["missing"], missing);
}

#[tokio::test]
async fn the_actor_of_an_impersonation_is_known() {
    for (act, actor) in [
        (
            json!({ "sub": "auth0|support", "act": { "sub": "app" } }),
            json!("auth0|support"),
        ),
        (json!({ "client_id": "app" }), json!("")),
        (json!("auth0|support"), json!("")),
    ] {
        let env = env().await;
        let mut browser = logged_in(&env, json!({ "act": act })).await;
        assert_eq!(browser.get("/grants").await.json()["actor"], actor, "{act}");
    }
}

#[tokio::test]
async fn the_refusal_is_an_event() {
    let env = TestEnv::new().await;
    let (sender, events) = std::sync::mpsc::channel();
    let builder = env.auth0_builder().on_event(move |event| {
        if let AuthEvent::RequestRefused { login, reason, .. } = event {
            sender.send((login.is_some(), *reason)).unwrap();
        }
    });
    let builder = builder.protect_for(Requirement::role("manager"), ["/report"]);
    let router = builder.build().await.unwrap().wrap(Router::new());
    let mut browser = env.logged_in("alice").await.with_router(&router);
    assert_eq!(browser.get("/report").await.status, 403);
    assert_eq!(events.try_recv(), Ok((true, RequestRefusal::AccessDenied)));
    assert!(events.try_recv().is_err());
}
