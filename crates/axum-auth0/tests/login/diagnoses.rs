//! Diagnoses of misconfigurations: the cause, and which setting to change.

use http::StatusCode;
use serde_json::{Value, json};

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{Browser, Endpoint, ORDERS, OfflineAccess, PRODUCTS, Part, Reply, log_capture};

const HOUR: i64 = 3_600;

/// Asserts that a token request of the application fails with this diagnosis, that the log has it too, and that the session stays.
async fn assert_diagnosis(
    env: &TestEnv,
    browser: &mut Browser,
    path: &str,
    code: &str,
    says: &[&str],
) {
    let errors = || {
        let code = format!("code=\"{code}\"");
        let log = log_capture::captured();
        let lines = log.lines().map(str::to_owned);
        let errors = lines.filter(|line| line.contains(" ERROR ") && line.contains(&code));
        errors.collect::<Vec<_>>()
    };
    let before = errors().len();
    let response = browser.get(path).await;
    assert_eq!(
        response.status,
        StatusCode::INTERNAL_SERVER_ERROR,
        "{}",
        response.body
    );
    let diagnosis = response.json();
    assert_eq!(diagnosis["code"], code, "{diagnosis}");
    let text = format!("{} {}", text(&diagnosis["cause"]), text(&diagnosis["fix"]));
    for part in says {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
    assert!(
        text.split(". ").count() <= 6,
        "not in a few sentences: {text}"
    );
    let log = log_capture::captured();
    let errors = errors();
    assert!(!errors.is_empty(), "{code} is not in the log");
    assert!(
        errors.len() <= before + 1,
        "one failure is logged twice: {errors:?}"
    );
    assert!(
        log.contains(text_of(&diagnosis, "fix")),
        "the fix is not in the log"
    );
    assert_ne!(browser.whoami().await, "anonymous", "nothing else breaks");
    assert_eq!(env.store.logins().await.len(), 1);
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn text_of<'a>(diagnosis: &'a Value, name: &str) -> &'a str {
    text(&diagnosis[name])
}

#[tokio::test]
async fn a_missing_audience_is_diagnosed_and_the_login_succeeds() {
    let env = TestEnvBuilder::new().unset("AUTH0_AUDIENCE").build().await;
    let mut browser = env.browser();
    let response = browser.start_login("/products").await;
    assert_eq!(response.redirect_parameter("audience"), None);
    assert_eq!(
        response.redirect_parameter("scope").unwrap(),
        "openid profile email offline_access"
    );
    browser.log_in(&env.provider, "alice").await;
    let says = [
        "AUTH0_AUDIENCE is not set",
        "Set AUTH0_AUDIENCE",
        "Applications > APIs",
        "opaque",
    ];
    assert_diagnosis(&env, &mut browser, "/token", "audience_missing", &says).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);

    assert!(log_capture::captured().contains("AUTH0_AUDIENCE is not set: users can log in"));
}

/// The provider rejects the login at the callback.
#[tokio::test]
async fn an_unknown_audience_is_diagnosed_at_the_callback() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_AUDIENCE", "https://unknown.example.com")
        .build()
        .await;
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 500, "Service not found")
        .await;
    for part in [
        "https://unknown.example.com",
        "AUTH0_AUDIENCE",
        "Identifier",
        "Applications &gt; APIs",
    ] {
        assert!(
            response.body.contains(part),
            "{part:?} is not in {}",
            response.body
        );
    }
    assert!(log_capture::captured().contains("code=\"audience_unknown\""));
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 0);

    // Without a requested audience, the same description has no meaning.
    let env = TestEnvBuilder::new().unset("AUTH0_AUDIENCE").build().await;
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let returned = returned
        .without("code")
        .with("error", "access_denied")
        .with("error_description", "Service not found: x");
    let response = browser.get(&returned.path()).await;
    env.assert_login_failed(&mut browser, &response, 403, "without an audience")
        .await;
}

/// RFC 8707 §2 defines `invalid_target` for the callback, the code exchange and the refresh.
#[tokio::test]
async fn invalid_target_is_diagnosed_as_an_unknown_audience_at_every_endpoint() {
    let env = TestEnv::new().await;
    let mut browser = env.browser();
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let response = browser
        .get(
            &returned
                .without("code")
                .with("error", "invalid_target")
                .path(),
        )
        .await;
    env.assert_login_failed(&mut browser, &response, 500, "callback")
        .await;
    assert!(response.body.contains(PRODUCTS));

    env.provider
        .reply(Endpoint::Exchange, Reply::error(400, "invalid_target"));
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 500, "exchange")
        .await;
    assert!(response.body.contains(PRODUCTS));

    env.provider.recover(Endpoint::Exchange);
    browser.log_in(&env.provider, "alice").await;
    env.provider
        .reply(Endpoint::Refresh, Reply::error(400, "invalid_target"));
    assert_diagnosis(
        &env,
        &mut browser,
        "/token/orders",
        "audience_unknown",
        &[ORDERS],
    )
    .await;
}

#[tokio::test]
async fn an_opaque_or_encrypted_token_is_diagnosed() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.opaque_access_tokens = true);
    let mut browser = env.logged_in("alice").await;
    let says = [PRODUCTS, "opaque", "PRODUCTS_API_TOKEN_FORMAT=opaque"];
    assert_diagnosis(&env, &mut browser, "/token", "opaque_token", &says).await;

    let env = TestEnv::new().await;
    let jwe = |response: &mut Value| response["access_token"] = json!("a.b.c.d.e");
    env.provider
        .modify(Part::ExchangeResponse, move |response| {
            jwe(response);
            response["id_token"] = response["id_token"].clone();
        });
    env.provider.modify(Part::RefreshResponse, jwe);
    env.provider.modify(Part::IdToken, |claims| {
        drop(claims.as_object_mut().unwrap().remove("at_hash"));
    });
    let mut browser = env.logged_in("alice").await;
    assert_diagnosis(
        &env,
        &mut browser,
        "/token",
        "encrypted_token",
        &["encrypts", "JWE"],
    )
    .await;
}

#[tokio::test]
async fn a_token_for_another_audience_is_diagnosed_and_not_returned() {
    let without_api = ("wrong_audience", "AUTH0_AUDIENCE_PARAMETER=resource");
    let another = ("default_audience", "Default Audience");
    for (case, aud, found) in [
        (
            "another API",
            json!("https://other.example.com"),
            "`https://other.example.com`",
        ),
        (
            "the client",
            json!("leptos-auth0-sample"),
            "`leptos-auth0-sample`",
        ),
        (
            "a prefix",
            json!("https://products.example"),
            "`https://products.example`",
        ),
        (
            "with a slash behind",
            json!("https://products.example.com/"),
            "com/`",
        ),
        (
            "in upper case",
            json!("https://PRODUCTS.example.com"),
            "PRODUCTS",
        ),
        ("others only", json!(["a", "b"]), "`a`, `b`"),
        ("no audience", Value::Null, "no API"),
        ("the scope", json!("openid profile"), "`openid profile`"),
    ] {
        let env = TestEnv::new().await;
        env.provider
            .modify(Part::AccessToken, move |claims| claims["aud"] = aud.clone());
        let mut browser = env.logged_in("alice").await;
        let has_no_api = ["the client", "no audience"].contains(&case);
        let (code, says) = if has_no_api { without_api } else { another };
        let says = [PRODUCTS, found, says];
        assert_diagnosis(&env, &mut browser, "/token", code, &says).await;
        assert_eq!(
            env.provider.revoked_families(),
            0,
            "{case}: the refresh token was kept"
        );
    }
}

#[tokio::test]
async fn a_token_of_another_issuer_is_diagnosed() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::AccessToken, |claims| {
        claims["iss"] = json!("https://tenant.example/");
    });
    let mut browser = env.logged_in("alice").await;
    let says = ["https://tenant.example/", "Set AUTH0_DOMAIN"];
    assert_diagnosis(&env, &mut browser, "/token", "wrong_issuer", &says).await;
}

#[tokio::test]
async fn a_missing_scope_is_diagnosed() {
    let one = &["write:products", "Permissions", "RBAC"][..];
    // A token without any of the API's scopes is probably for another API.
    let all = &["none of the scopes", "Set AUTH0_AUDIENCE", "Permissions"][..];
    for (case, scope, says) in [
        ("fewer", json!("openid read:products"), one),
        (
            "a substring",
            json!("read:products write:products:all"),
            one,
        ),
        ("a list", json!(["read:products"]), one),
        ("none", json!(""), all),
        ("those of another API", json!("openid read:orders"), all),
    ] {
        let env = TestEnv::new().await;
        env.provider.modify(Part::AccessToken, move |claims| {
            claims["scope"] = scope.clone();
        });
        let mut browser = env.logged_in("alice").await;
        assert_diagnosis(&env, &mut browser, "/token", "scope_not_granted", says).await;
        let says = &[PRODUCTS];
        assert_diagnosis(&env, &mut browser, "/token", "scope_not_granted", says).await;
        assert_eq!(
            env.provider.request_count(Endpoint::Refresh),
            0,
            "{case}: a refresh does not help"
        );
    }
    // A call that needs an additional scope.
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    assert_diagnosis(
        &env,
        &mut browser,
        "/token/deleting",
        "scope_not_granted",
        &["delete:products"],
    )
    .await;
}

/// Providers use different claims and formats for scopes.
#[tokio::test]
async fn scopes_are_read_from_scope_or_scp_as_string_or_list() {
    for (name, value) in [
        ("scope", json!("write:products read:products")),
        ("scope", json!(["read:products", "write:products"])),
        ("scp", json!("read:products write:products")),
        ("scp", json!(["read:products", "write:products"])),
    ] {
        let env = TestEnv::new().await;
        env.provider.modify(Part::AccessToken, move |claims| {
            claims.as_object_mut().unwrap().remove("scope");
            claims[name] = value.clone();
        });
        env.provider.modify(Part::ExchangeResponse, |response| {
            response["scope"] = json!("something else");
        });
        let mut browser = env.logged_in("alice").await;
        env.token(&mut browser).await;
    }
}

#[tokio::test]
async fn a_missing_refresh_token_is_diagnosed() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.offline_access = OfflineAccess::Never);
    let mut browser = env.logged_in("alice").await;
    assert!(log_capture::captured().contains("the provider issued no refresh token"));
    env.token(&mut browser).await;
    env.clock.advance(2 * HOUR);
    let says = [
        "did not grant offline_access",
        "Allow Offline Access",
        "AUTH0_PROMPT=consent",
    ];
    assert_login_required(&env, &mut browser, &says).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);

    let env = TestEnvBuilder::new()
        .set("AUTH0_SCOPE", "openid profile email")
        .build()
        .await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    let says = [
        "AUTH0_SCOPE lacks offline_access",
        "Add offline_access to AUTH0_SCOPE",
    ];
    assert_login_required(&env, &mut browser, &says).await;
}

/// Asserts that the user has to log in, that the log has the fix for the operator, and that the session stays.
async fn assert_login_required(env: &TestEnv, browser: &mut Browser, says: &[&str]) {
    let response = browser.get("/token").await;
    assert_eq!(
        response.status,
        StatusCode::UNAUTHORIZED,
        "{}",
        response.body
    );
    assert_eq!(response.json()["code"], "sign_in_required");
    let log = log_capture::captured();
    for part in ["code=\"no_refresh_token\""].iter().chain(says) {
        assert!(log.contains(part), "{part:?} is not in the log");
    }
    assert_eq!(browser.whoami().await, "auth0|alice");
    browser.log_in(&env.provider, "alice").await;
    env.token(browser).await;
}

#[tokio::test]
async fn refresh_tokens_without_offline_access_are_used() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_SCOPE", "openid")
        .build()
        .await;
    env.provider
        .policy(|policy| policy.offline_access = OfflineAccess::Always);
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
}

#[tokio::test]
async fn a_rejected_client_is_diagnosed() {
    // Auth0's response to a wrong secret.
    let auth0 = json!({ "error": "access_denied", "error_description": "Unauthorized" });
    for reply in [Reply::error(401, "invalid_client"), Reply::Json(401, auth0)] {
        let env = TestEnv::new().await;
        env.provider.reply(Endpoint::Exchange, reply.clone());
        let mut browser = env.browser();
        let response = browser.attempt_login(&env.provider, "alice").await;
        env.assert_login_failed(&mut browser, &response, 500, "exchange")
            .await;
        assert!(
            response.body.contains("AUTH0_CLIENT_SECRET"),
            "{}",
            response.body
        );
        env.provider.recover(Endpoint::Exchange);
        browser.log_in(&env.provider, "alice").await;
        env.provider.reply(Endpoint::Refresh, reply);
        let says = [
            "AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET",
            "AUTH0_CLIENT_AUTHENTICATION",
        ];
        assert_diagnosis(
            &env,
            &mut browser,
            "/token/renewed",
            "client_rejected",
            &says,
        )
        .await;
    }
}

#[tokio::test]
async fn an_undeclared_api_is_diagnosed() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let says = ["INVOICES", ".api::<"];
    assert_diagnosis(
        &env,
        &mut browser,
        "/token/undeclared",
        "undeclared_api",
        &says,
    )
    .await;
}

/// After a change of audience or scopes, tokens of the previous configuration are not used.
#[tokio::test]
async fn tokens_of_another_configuration_are_not_used() {
    for (case, changes) in [
        ("another audience", &[("AUTH0_AUDIENCE", Some(ORDERS))][..]),
        (
            "no audience any more, then one",
            &[("AUTH0_AUDIENCE", Some("https://third.example.com"))],
        ),
        (
            "more scopes",
            &[(
                "PRODUCTS_API_SCOPE",
                Some("read:products write:products delete:products"),
            )],
        ),
        (
            "other scopes",
            &[("PRODUCTS_API_SCOPE", Some("audit:products"))],
        ),
    ] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        let before = env.token(&mut browser).await;
        let changed = env.restarted(changes).await;
        let mut browser = browser.with_router(&changed);
        let response = browser.get("/token").await;
        if response.status == StatusCode::OK {
            // Another token, for the current configuration.
            assert_ne!(
                response.json()["fingerprint"],
                before["fingerprint"],
                "{case}"
            );
            assert_eq!(response.json()["audience"], changes[0].1.unwrap(), "{case}");
        } else {
            // The old login cannot provide a token for the new configuration; a new one can.
            assert_eq!(
                response.status,
                StatusCode::UNAUTHORIZED,
                "{case}: {}",
                response.body
            );
        }
        assert_eq!(
            env.provider.request_count(Endpoint::Refresh),
            1,
            "{case}: the held token was not even looked at"
        );
        let back = env.restarted(&[]).await;
        assert_eq!(
            browser.with_router(&back).whoami().await,
            "auth0|alice",
            "{case}: nothing else breaks"
        );
    }
}

#[tokio::test]
async fn a_login_after_the_change_gets_a_token_of_the_new_configuration() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    let changed = env
        .restarted(&[("PRODUCTS_API_SCOPE", Some("read:products delete:products"))])
        .await;
    browser = browser.with_router(&changed);
    assert_eq!(browser.get("/token").await.status, StatusCode::UNAUTHORIZED);
    browser.log_in(&env.provider, "alice").await;
    assert_eq!(browser.get("/token").await.status, StatusCode::OK);
}

/// The first login took place without an audience.
#[tokio::test]
async fn an_audience_that_is_set_later_works_after_the_next_login() {
    let env = TestEnvBuilder::new().unset("AUTH0_AUDIENCE").build().await;
    let mut browser = env.logged_in("alice").await;
    let changed = env.restarted(&[]).await;
    browser = browser.with_router(&changed);
    assert_eq!(browser.get("/token").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        browser.get("/token").await.json()["code"],
        "sign_in_required"
    );
    browser.log_in(&env.provider, "alice").await;
    assert_eq!(env.token(&mut browser).await["audience"], PRODUCTS);
}
