//! Whole logins at providers that do things their own way; what is not here is in the files of its part.

use http::StatusCode;
use serde_json::json;

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{Endpoint, Offline, PRODUCTS, Part, Policy, Reply, Rotation};

async fn whole_story(env: &TestEnv, case: &str) {
    let mut browser = env.browser();
    browser.log_in(&env.provider, "alice").await;
    assert_eq!(
        env.token(&mut browser).await["audience"],
        PRODUCTS,
        "{case}"
    );
    env.clock.advance(2 * 3_600);
    assert_eq!(
        env.token(&mut browser).await["sub"],
        "auth0|alice",
        "{case}"
    );
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1, "{case}");
    let answer = browser.post("/auth/logout", "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{case}");
    assert_eq!(browser.who().await, "anonymous", "{case}");
}

#[tokio::test]
async fn issuers_come_with_and_without_a_path_and_a_slash() {
    for path in ["/", "", "/realms/a", "/o/", "/a/b/c/"] {
        let mut builder = TestEnvBuilder::new().set("AUTH0_AUDIENCE_PARAMETER", "audience");
        builder.issuer_path = path;
        whole_story(&builder.build().await, path).await;
    }
}

#[tokio::test]
async fn discovery_may_say_next_to_nothing() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::Metadata, |metadata| {
        let needed = [
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
        ];
        metadata
            .as_object_mut()
            .unwrap()
            .retain(|name, _| needed.contains(&name.as_str()));
    });
    whole_story(&env, "minimal").await;
    assert_eq!(env.provider.request_count(Endpoint::Revocation), 0);
}

#[tokio::test]
async fn advertised_endpoints_may_be_missing_or_broken() {
    let env = TestEnv::new().await;
    let nowhere = env.provider.url("/nowhere");
    env.provider.modify(Part::Metadata, move |metadata| {
        metadata["revocation_endpoint"] = json!(nowhere);
        metadata["userinfo_endpoint"] = json!("not a URL");
        metadata["scopes_supported"] = json!("openid");
        metadata["unknown"] = json!({ "nested": [] });
    });
    whole_story(&env, "404").await;
    assert_eq!(
        env.provider.request_count(Endpoint::Elsewhere),
        1,
        "the revocation was tried"
    );
}

#[tokio::test]
async fn unusual_grants_work() {
    for (case, change) in [
        (
            "refresh tokens that stay",
            (|policy: &mut Policy| policy.rotation = Rotation::Never) as fn(&mut Policy),
        ),
        ("no ID token on refresh", |policy| {
            policy.id_token_on_refresh = false;
        }),
        ("refresh tokens unasked", |policy| {
            policy.offline = Offline::Always;
        }),
        ("201", |policy| policy.token_status = 201),
    ] {
        let env = TestEnv::new().await;
        env.provider.policy(change);
        whole_story(&env, case).await;
    }
}

#[tokio::test]
async fn a_resource_bound_token_that_userinfo_refuses_is_no_obstacle() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_AUDIENCE_PARAMETER", "resource")
        .build()
        .await;
    env.provider.policy(|policy| policy.resource = true);
    env.provider.modify(Part::IdToken, |claims| {
        claims
            .as_object_mut()
            .unwrap()
            .retain(|name, _| !["name", "email"].contains(&name.as_str()));
    });
    env.provider.reply(Endpoint::Userinfo, Reply::status(401));
    whole_story(&env, "resource").await;
}

/// Nobody has to know of RFC 8707: an issuer that is not written as Auth0 writes its own is asked by the standard.
#[tokio::test]
async fn providers_other_than_auth0_are_asked_with_resource() {
    for (path, parameter) in [
        ("/", "audience"),
        ("", "resource"),
        ("/realms/a", "resource"),
    ] {
        let mut builder = TestEnvBuilder::new();
        builder.issuer_path = path;
        let env = builder.build().await;
        env.provider
            .policy(|policy| policy.resource = parameter == "resource");
        whole_story(&env, path).await;
        let login = &env.provider.requests(Endpoint::Authorize)[0];
        let names: Vec<_> = login.form.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.contains(&parameter), "{path}: {names:?}");
    }
}

/// `audience` elsewhere than at Auth0 is ignored without an error; `resource` is the fix that the diagnosis names.
#[tokio::test]
async fn an_ignored_audience_is_noticed() {
    let env = TestEnv::new().await;
    env.provider.policy(|policy| policy.resource = true);
    let mut browser = env.logged_in("alice").await;
    let answer = browser.go("/token").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.json()["code"], "wrong_audience");
    assert!(answer.body.contains("AUTH0_AUDIENCE_PARAMETER=resource"));
}

/// Granted with `prompt=consent` only, without a word.
#[tokio::test]
async fn a_dropped_offline_access_still_logs_in() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.offline = Offline::Never);
    env.provider.modify(Part::Exchanged, |answer| {
        answer["scope"] = json!("openid profile email read:products write:products");
    });
    let mut browser = env.logged_in("alice").await;
    env.token(&mut browser).await;
    let answer = browser.post("/auth/logout", "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(
        env.provider.request_count(Endpoint::Revocation),
        0,
        "there is nothing to revoke"
    );
}

#[tokio::test]
async fn offline_access_that_is_refused_is_shown() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let returned = returned
        .without("code")
        .with("error", "invalid_scope")
        .with("error_description", "offline_access is not allowed");
    let answer = browser.go(&returned.path()).await;
    env.assert_refused(&mut browser, &answer, 500, "invalid_scope")
        .await;
    assert!(answer.body.contains("offline_access is not allowed"));
}

/// Several APIs under one identifier, as somebody may configure it: their tokens do not push each other out.
#[tokio::test]
async fn two_apis_of_one_audience_do_not_refresh_in_turn() {
    let env = TestEnvBuilder::new()
        .set("ORDERS_API_AUDIENCE", PRODUCTS)
        .set("ORDERS_API_SCOPE", "read:products")
        .build()
        .await;
    let mut browser = env.logged_in("alice").await;
    for _ in 0..3 {
        assert_eq!(browser.go("/token").await.status, StatusCode::OK);
        assert_eq!(browser.go("/token/orders").await.status, StatusCode::OK);
    }
    assert!(env.provider.request_count(Endpoint::Refresh) <= 1);
}
