//! Scopes, permissions, roles and the actor of a token.

use axum::response::IntoResponse as _;
use axum_auth0_bearer::{BearerErrorKind, ClaimNames, Requirement};
use http::StatusCode;
use serde_json::{Value, json};

use crate::env::TestEnv;

async fn error(env: &TestEnv, claims: Value, requirement: &Requirement) -> Option<BearerErrorKind> {
    let checked = env.verified(claims).await.require(requirement);
    checked.err().map(|error| error.kind().clone())
}

fn lacks_scope(scope: &str) -> BearerErrorKind {
    BearerErrorKind::InsufficientScope(scope.to_owned())
}

fn lacks_permission(permission: &str) -> BearerErrorKind {
    BearerErrorKind::InsufficientPermission(permission.to_owned())
}

#[tokio::test]
async fn all_scopes_are_required_and_the_missing_ones_are_listed() {
    let env = TestEnv::new().await;
    let all = Requirement::all_scopes(["a", "b", "c"]);
    let scope = |scope: &str| json!({ "scope": scope });
    assert_eq!(error(&env, scope("c x b a"), &all).await, None);
    assert_eq!(
        error(&env, scope("b"), &all).await,
        Some(lacks_scope("a c"))
    );
    assert_eq!(
        error(&env, scope(""), &all).await,
        Some(lacks_scope("a b c"))
    );
    let twice = Requirement::scope("a").and(Requirement::all_scopes(["a", "b"]));
    assert_eq!(
        error(&env, scope("x"), &twice).await,
        Some(lacks_scope("a b"))
    );
}

#[tokio::test]
async fn one_of_several_scopes_is_enough_and_otherwise_all_are_listed() {
    let env = TestEnv::new().await;
    let any = Requirement::any_scope(["a", "b"]);
    for scope in ["a", "b", "x a"] {
        assert_eq!(error(&env, json!({ "scope": scope }), &any).await, None);
    }
    for scope in ["x", "ab", "A"] {
        assert_eq!(
            error(&env, json!({ "scope": scope }), &any).await,
            Some(lacks_scope("a b")),
            "{scope}"
        );
    }
}

#[tokio::test]
async fn a_list_that_is_empty_is_satisfied_by_no_token() {
    let env = TestEnv::new().await;
    let none = Vec::<String>::new();
    for requirement in [
        Requirement::all_scopes(none.clone()),
        Requirement::any_scope(none.clone()),
        Requirement::all_permissions(none.clone()),
        Requirement::any_permission(none.clone()),
        Requirement::all_roles(none.clone()),
        Requirement::any_role(none),
    ] {
        let claims = json!({ "permissions": ["a"], "roles": ["a"] });
        let kind = error(&env, claims, &requirement).await;
        assert!(kind.is_some(), "{requirement:?}");
    }
}

#[tokio::test]
async fn permissions_are_the_users_and_not_the_scopes_of_the_token() {
    let env = TestEnv::new().await;
    let all = Requirement::all_permissions(["a", "b"]);
    let any = Requirement::any_permission(["a", "b"]);
    let claims = json!({ "permissions": ["a", "b"], "scope": "openid" });
    assert_eq!(error(&env, claims.clone(), &all).await, None);
    assert_eq!(
        error(&env, claims, &Requirement::scope("a")).await,
        Some(lacks_scope("a"))
    );
    let claims = json!({ "permissions": ["b"], "scope": "a" });
    assert_eq!(
        error(&env, claims.clone(), &all).await,
        Some(lacks_permission("a"))
    );
    assert_eq!(error(&env, claims, &any).await, None);
    for permissions in [json!(null), json!([]), json!({ "a": true }), json!(["ab"])] {
        let claims = json!({ "permissions": permissions, "scope": "a b" });
        assert_eq!(
            error(&env, claims, &any).await,
            Some(lacks_permission("a b")),
            "{permissions}"
        );
    }
    // The challenge names the permission as a scope: that is how a client requests it.
    let token = env.verified(json!({ "permissions": ["a"] })).await;
    assert!(token.has_permission("a") && !token.has_permission("b"));
    let response = token.require_permission("b").unwrap_err().into_response();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let challenge = response.headers()["www-authenticate"].to_str().unwrap();
    assert!(
        challenge.contains("error=\"insufficient_scope\"") && challenge.ends_with("scope=\"b\""),
        "{challenge}"
    );
}

#[tokio::test]
async fn roles_are_in_the_configured_claim() {
    let env = TestEnv::new().await;
    let names = ClaimNames::default().roles("https://example.com/roles");
    let env = TestEnv {
        verifier: env.verifier.clone().claim_names(names),
        ..env
    };
    let claims = json!({ "https://example.com/roles": ["editor", "sales team"] });
    let token = env.verified(claims).await;
    assert_eq!(token.roles().collect::<Vec<_>>(), ["editor", "sales team"]);
    assert!(token.require_role("sales team").is_ok());
    assert!(
        token
            .require(&Requirement::any_role(["admin", "editor"]))
            .is_ok()
    );
    let both = Requirement::all_roles(["admin", "editor"]);
    for refused in [token.require(&both), token.require_role("sales")] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), &BearerErrorKind::InsufficientRole);
        let response = error.into_response();
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        let challenge = response.headers()["www-authenticate"].to_str().unwrap();
        // A role cannot be requested, and the names of roles are not for the client.
        assert!(
            challenge.contains("insufficient_scope") && !challenge.contains(" scope="),
            "{challenge}"
        );
        assert!(!challenge.contains("admin"), "{challenge}");
    }
    // The default claim does not count any more.
    let token = env.verified(json!({ "roles": ["editor"] })).await;
    assert!(token.require_role("editor").is_err());
}

#[tokio::test]
async fn the_actor_is_exposed_and_not_mistaken_for_the_subject() {
    let env = TestEnv::new().await;
    let token = env.verified(json!({})).await;
    assert!(token.actor().is_none());
    let act = json!({ "sub": "support|carol", "act": { "sub": "backend" } });
    let token = env.verified(json!({ "act": act })).await;
    assert_eq!(token.subject(), "auth0|alice");
    let actor = token.actor().unwrap();
    assert_eq!(actor.subject(), Some("support|carol"));
    assert_eq!(actor.prior().unwrap().subject(), Some("backend"));
    for act in [json!("support|carol"), json!(["carol"]), json!(true)] {
        let token = env.token(json!({ "act": act }));
        assert_eq!(
            env.rejected(&token).await,
            BearerErrorKind::MalformedToken,
            "{act}"
        );
    }
}
