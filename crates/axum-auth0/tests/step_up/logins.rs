//! What the ID token of a login has to prove.

use axum_auth0::{AuthEvent, events::LoginFailureReason};
use serde_json::json;
use test_support::Part;

use super::{SECOND_FACTOR, Site, TestEnv, issue, log_in_at};

#[tokio::test]
async fn a_session_keeps_when_and_how_the_user_logged_in() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    issue(
        &env,
        json!({ "auth_time": 1_700_000_000, "acr": "gold", "amr": ["pwd", "otp"] }),
    );
    let mut browser = env.logged_in("alice").await.with_router(&site.router);
    let account = browser.get("/account").await.json();
    let expected = json!({ "auth_time": 1_700_000_000, "acr": "gold", "amr": ["pwd", "otp"] });
    assert_eq!(account, expected);

    // A later login replaces all three.
    issue(&env, json!({ "auth_time": 1_700_000_500 }));
    log_in_at(&env, &mut browser, "/auth/login", "alice").await;
    let account = browser.get("/account").await.json();
    assert_eq!(
        account,
        json!({ "auth_time": 1_700_000_500, "acr": null, "amr": [] })
    );
}

#[tokio::test]
async fn claims_of_the_wrong_type_prove_nothing() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    issue(
        &env,
        json!({ "auth_time": "1700000000", "acr": 2, "amr": [1, "pwd"] }),
    );
    let mut browser = env.logged_in("alice").await.with_router(&site.router);
    let account = browser.get("/account").await.json();
    assert_eq!(
        account,
        json!({ "auth_time": null, "acr": null, "amr": ["pwd"] })
    );
}

#[tokio::test]
async fn a_refreshed_id_token_does_not_make_the_login_newer() {
    let env = TestEnv::new().await;
    let site = Site::new(&env).await;
    issue(&env, json!({ "acr": "gold" }));
    let mut browser = env.logged_in("alice").await;
    let now = env.clock_now();
    env.provider.modify(Part::RefreshedIdToken, move |token| {
        token["auth_time"] = json!(now);
        token["acr"] = json!(SECOND_FACTOR);
    });
    let first = env.token(&mut browser).await;
    env.clock.advance(3_600);
    assert_ne!(
        env.token(&mut browser).await,
        first,
        "the token was refreshed"
    );
    let account = browser
        .with_router(&site.router)
        .get("/account")
        .await
        .json();
    assert_eq!(
        account,
        json!({ "auth_time": null, "acr": "gold", "amr": [] })
    );
}

/// OpenID Connect Core 1.0 §5.5.1.1: an essential `acr` that is not satisfied is a failed login.
#[tokio::test]
async fn a_required_acr_must_be_in_the_id_token() {
    let env = TestEnv::new().await;
    for (claims, accepted) in [
        (json!({ "acr": "gold" }), true),
        (json!({ "acr": "silver" }), true),
        (json!({ "acr": "bronze" }), false),
        (json!({ "acr": ["gold"] }), false),
        (json!({ "acr": "gold silver" }), false),
        (json!({ "acr": "" }), false),
        (json!({ "amr": ["mfa"] }), false),
        (json!({}), false),
    ] {
        let case = claims.to_string();
        issue(&env, claims);
        let mut browser = env.browser();
        let login = "/auth/login?acr_values=gold%20silver&require_acr=true&returnTo=%2F";
        let response = log_in_at(&env, &mut browser, login, "alice").await;
        if accepted {
            assert_eq!(response.status, 303, "{case}");
            browser.post("/auth/logout", "").await;
        } else {
            env.assert_login_failed(&mut browser, &response, 502, &case)
                .await;
            assert!(response.body.contains("api.multifactor.enable"), "{case}");
        }
    }
}

/// OpenID Connect Core 1.0 §3.1.2.1: `acr_values` alone is voluntary.
#[tokio::test]
async fn acr_values_alone_are_voluntary() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let response = log_in_at(&env, &mut browser, "/auth/login?acr_values=gold", "alice").await;
    assert_eq!(response.status, 303);
}

/// Auth0 names a second factor in `amr`.
#[tokio::test]
async fn the_method_mfa_is_a_second_factor() {
    let env = TestEnv::new().await;
    let login = format!("/auth/login?acr_values={SECOND_FACTOR}&require_acr=true");
    for (amr, status) in [
        (json!(["mfa"]), 303),
        (json!("mfa"), 303),
        (json!(["pwd"]), 502),
    ] {
        issue(&env, json!({ "amr": amr }));
        let response = log_in_at(&env, &mut env.browser(), &login, "alice").await;
        assert_eq!(response.status, status, "{amr}");
    }
}

#[tokio::test]
async fn a_required_acr_is_requested_as_an_essential_claim_where_the_provider_supports_it() {
    let env = TestEnv::new().await;
    let login = "/auth/login?acr_values=gold&require_acr=true";
    let response = env.browser().get(login).await;
    assert_eq!(
        response.redirect_parameter("acr_values").as_deref(),
        Some("gold")
    );
    assert_eq!(response.redirect_parameter("claims"), None);
    assert_eq!(response.redirect_parameter("require_acr"), None);

    let metadata = |metadata: &mut serde_json::Value| {
        metadata["claims_parameter_supported"] = json!(true);
    };
    env.provider.modify(Part::Metadata, metadata);
    let router = env.restarted(&[]).await;
    let response = env.browser().with_router(&router).get(login).await;
    assert_eq!(response.redirect_parameter("acr_values"), None);
    let claims = response.redirect_parameter("claims").unwrap();
    assert_eq!(
        claims,
        r#"{"id_token":{"acr":{"essential":true,"values":["gold"]}}}"#
    );
}

/// The transaction cookie is lost, and the login restarts from `state`.
#[tokio::test]
async fn a_restarted_login_still_requires_the_acr() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let login = "/auth/login?acr_values=gold&require_acr=true&max_age=60";
    let response = browser.get(login).await;
    let returned = env.provider.authorize(response.location(), "alice");
    browser.jar.clear();
    let response = browser.get(&returned.path()).await;
    assert_eq!(
        response.status, 303,
        "the login restarts: {}",
        response.body
    );
    assert_eq!(
        response.redirect_parameter("max_age").as_deref(),
        Some("60")
    );
    issue(
        &env,
        json!({ "acr": "bronze", "auth_time": env.clock_now() }),
    );
    let returned = env.provider.authorize(response.location(), "alice");
    let response = browser.get(&returned.path()).await;
    env.assert_login_failed(&mut browser, &response, 502, "after the restart")
        .await;
}

#[tokio::test]
async fn a_failed_step_up_is_reported_with_its_fix_and_tries_the_same_login_again() {
    let env = TestEnv::new().await;
    let (sender, events) = std::sync::mpsc::channel();
    let builder = env.auth0_builder().on_event(move |event| {
        if let AuthEvent::LoginFailed { reason, .. } = event {
            sender.send(*reason).unwrap();
        }
    });
    let router = builder.build().await.unwrap().wrap(axum::Router::new());
    let mut browser = env.browser().with_router(&router);
    let login = "/auth/login?returnTo=%2Fx&max_age=60";
    let response = log_in_at(&env, &mut browser, login, "alice").await;
    assert_eq!(response.status, 502);
    assert!(
        response.body.contains("auth_time is missing"),
        "{}",
        response.body
    );
    let again = "/auth/login?returnTo=%2Fx&amp;max_age=60";
    assert!(response.body.contains(again), "{}", response.body);
    assert_eq!(
        events.try_recv(),
        Ok(LoginFailureReason::StepUpNotSatisfied)
    );
}
