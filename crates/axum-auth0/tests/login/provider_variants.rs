//! Complete logins at providers with unusual behaviour.

use http::StatusCode;
use serde_json::json;

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{Endpoint, OfflineAccess, PRODUCTS, Part, Policy, Reply, Rotation};

async fn assert_login_refresh_and_logout(env: &TestEnv, case: &str) {
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
    let response = browser.post("/auth/logout", "").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER, "{case}");
    assert_eq!(browser.whoami().await, "anonymous", "{case}");
}

#[tokio::test]
async fn issuers_with_and_without_path_and_slash_work() {
    for path in ["/", "", "/realms/a", "/o/", "/a/b/c/"] {
        let mut builder = TestEnvBuilder::new().set("AUTH0_AUDIENCE_PARAMETER", "audience");
        builder.issuer_path = path;
        assert_login_refresh_and_logout(&builder.build().await, path).await;
    }
}

#[tokio::test]
async fn minimal_discovery_metadata_is_enough() {
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
    assert_login_refresh_and_logout(&env, "minimal").await;
    assert_eq!(env.provider.request_count(Endpoint::Revocation), 0);
}

#[tokio::test]
async fn optional_endpoints_may_be_missing_or_broken() {
    let env = TestEnv::new().await;
    let nowhere = env.provider.url("/nowhere");
    env.provider.modify(Part::Metadata, move |metadata| {
        metadata["revocation_endpoint"] = json!(nowhere);
        metadata["userinfo_endpoint"] = json!("not a URL");
        metadata["scopes_supported"] = json!("openid");
        metadata["unknown"] = json!({ "nested": [] });
    });
    assert_login_refresh_and_logout(&env, "404").await;
    assert_eq!(
        env.provider.request_count(Endpoint::Unknown),
        1,
        "the revocation was tried"
    );
}

#[tokio::test]
async fn unusual_token_responses_are_accepted() {
    for (case, change) in [
        (
            "refresh tokens that stay",
            (|policy: &mut Policy| policy.rotation = Rotation::Never) as fn(&mut Policy),
        ),
        ("no ID token on refresh", |policy| {
            policy.id_token_on_refresh = false;
        }),
        ("refresh tokens unasked", |policy| {
            policy.offline_access = OfflineAccess::Always;
        }),
        ("201", |policy| policy.token_response_status = 201),
    ] {
        let env = TestEnv::new().await;
        env.provider.policy(change);
        assert_login_refresh_and_logout(&env, case).await;
    }
}

#[tokio::test]
async fn a_login_succeeds_if_userinfo_rejects_a_resource_bound_token() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_AUDIENCE_PARAMETER", "resource")
        .build()
        .await;
    env.provider
        .policy(|policy| policy.resource_indicators = true);
    env.provider.modify(Part::IdToken, |claims| {
        claims
            .as_object_mut()
            .unwrap()
            .retain(|name, _| !["name", "email"].contains(&name.as_str()));
    });
    env.provider.reply(Endpoint::Userinfo, Reply::status(401));
    assert_login_refresh_and_logout(&env, "resource").await;
}

/// The parameter is chosen by the form of the issuer: RFC 8707 unless it has the form of Auth0.
#[tokio::test]
async fn providers_other_than_auth0_get_the_resource_parameter() {
    for (path, parameter) in [
        ("/", "audience"),
        ("", "resource"),
        ("/realms/a", "resource"),
    ] {
        let mut builder = TestEnvBuilder::new();
        builder.issuer_path = path;
        let env = builder.build().await;
        env.provider
            .policy(|policy| policy.resource_indicators = parameter == "resource");
        assert_login_refresh_and_logout(&env, path).await;
        let login = &env.provider.requests(Endpoint::Authorize)[0];
        let names: Vec<_> = login.form.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.contains(&parameter), "{path}: {names:?}");
    }
}

/// Providers other than Auth0 ignore `audience` without an error; the diagnosis names `resource` as the fix.
#[tokio::test]
async fn an_ignored_audience_is_diagnosed() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.resource_indicators = true);
    let mut browser = env.logged_in("alice").await;
    let response = browser.get("/token").await;
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.json()["code"], "wrong_audience");
    assert!(response.body.contains("AUTH0_AUDIENCE_PARAMETER=resource"));
}

/// Some providers grant it with `prompt=consent` only, and report no error.
#[tokio::test]
async fn a_login_succeeds_without_the_requested_offline_access() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.offline_access = OfflineAccess::Never);
    env.provider.modify(Part::ExchangeResponse, |response| {
        response["scope"] = json!("openid profile email read:products write:products");
    });
    let mut browser = env.logged_in("alice").await;
    env.token(&mut browser).await;
    let response = browser.post("/auth/logout", "").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert_eq!(
        env.provider.request_count(Endpoint::Revocation),
        0,
        "there is nothing to revoke"
    );
}

#[tokio::test]
async fn a_rejected_offline_access_is_diagnosed() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let returned = returned
        .without("code")
        .with("error", "invalid_scope")
        .with("error_description", "offline_access is not allowed");
    let response = browser.get(&returned.path()).await;
    env.assert_login_failed(&mut browser, &response, 500, "invalid_scope")
        .await;
    assert!(response.body.contains("offline_access is not allowed"));
}

/// Several APIs can have the same audience.
#[tokio::test]
async fn two_apis_of_one_audience_do_not_replace_each_others_tokens() {
    let env = TestEnvBuilder::new()
        .set("ORDERS_API_AUDIENCE", PRODUCTS)
        .set("ORDERS_API_SCOPE", "read:products")
        .build()
        .await;
    let mut browser = env.logged_in("alice").await;
    for _ in 0..3 {
        assert_eq!(browser.get("/token").await.status, StatusCode::OK);
        assert_eq!(browser.get("/token/orders").await.status, StatusCode::OK);
    }
    assert!(env.provider.request_count(Endpoint::Refresh) <= 1);
}
