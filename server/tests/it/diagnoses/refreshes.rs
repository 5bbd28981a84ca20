//! Refresh tokens: missing, not valid for this API, reused, expired.

use std::time::Duration;

use reqwest::Method;

use super::{
    fixes::{apply_fix, assert_works, logged_in_long_ago, restartable, signed_in},
    reported,
    reported::{ReportedDiagnosis, assert_says},
};
use crate::{
    browser::{ALICE, Browser},
    test_env::{CLIENT_SECRET, PRODUCTS_API, TestEnv, TestEnvBuilder},
};

pub(crate) async fn without_offline_access_there_is_no_refresh_token() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        logged_in_long_ago(builder);
        builder.set("AUTH0_SCOPE", "openid profile email");
    })
    .await;
    let alice = signed_in(&env).await;
    env.advance(3_700);
    let diagnosis = reported::without_refresh_token(&env, &alice).await;
    assert_says(
        &diagnosis,
        &[
            "there is no refresh token",
            "AUTH0_SCOPE lacks offline_access",
        ],
        &["Add offline_access to AUTH0_SCOPE"],
    );
    refreshes_after(env, &alice, logged_in_long_ago).await;
    diagnosis
}

/// Asserts that after a restart with `change` and a new login, an expired access token is refreshed.
async fn refreshes_after(env: TestEnv, alice: &Browser, change: impl FnOnce(&mut TestEnvBuilder)) {
    let env = env.restart(change).await;
    let page = alice
        .open("/auth/login?returnTo=%2Fprofile")
        .await
        .assert_status(200);
    assert_eq!(page.path_and_query(), "/profile");
    env.advance(3_700);
    alice.get_json("/api/products").await.assert_status(200);
    let refreshes = env.tenant_requests.matching(&Method::POST, "/oauth/token");
    assert_eq!(refreshes.len(), 2, "the code, and one refresh");
}

pub(crate) async fn an_api_that_allows_no_offline_access_gives_no_refresh_token()
-> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        logged_in_long_ago(builder);
        builder.products_api_settings().offline_access = false;
    })
    .await;
    let alice = signed_in(&env).await;
    env.advance(3_700);
    let diagnosis = reported::without_refresh_token(&env, &alice).await;
    assert_says(
        &diagnosis,
        &["there is no refresh token", "did not grant offline_access"],
        &["Switch on Allow Offline Access for the API"],
    );
    refreshes_after(env, &alice, logged_in_long_ago).await;
    diagnosis
}

pub(crate) async fn an_application_without_the_refresh_grant_gets_no_refresh_token()
-> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        logged_in_long_ago(builder);
        builder.tenant.applications[0].refresh_tokens = false;
    })
    .await;
    let alice = signed_in(&env).await;
    env.advance(3_700);
    let diagnosis = reported::without_refresh_token(&env, &alice).await;
    assert_says(
        &diagnosis,
        &["did not grant offline_access"],
        &["the Refresh Token grant for the application"],
    );
    refreshes_after(env, &alice, logged_in_long_ago).await;
    diagnosis
}

pub(crate) async fn a_refresh_token_does_not_cover_another_api() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.add_orders();
        builder.tenant.applications[0].multi_resource.clear();
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::by_call(&env, &alice, "/api/orders").await;
    assert_says(
        &diagnosis,
        &[
            "not good for the audience `https://orders.example.com`",
            "issued a token for `https://products.example.com`",
        ],
        &["Multi-Resource Refresh Token > add `https://orders.example.com`"],
    );
    assert_eq!(env.orders_requests.entries().len(), 0);
    // The other API still works.
    alice.get_json("/api/products").await.assert_status(200);
    let _world = apply_fix(env, &alice, TestEnvBuilder::add_orders).await;
    alice.get_json("/api/orders").await.assert_status(200);
    diagnosis
}

pub(crate) async fn the_refresh_token_of_a_login_without_api_covers_no_api() -> ReportedDiagnosis {
    let of_its_own =
        |builder: &mut TestEnvBuilder| builder.set("PRODUCTS_API_AUDIENCE", PRODUCTS_API);
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.variables.remove("AUTH0_AUDIENCE");
        of_its_own(builder);
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_says(
        &diagnosis,
        &[
            "AUTH0_AUDIENCE is not set",
            "asked for the audience `https://products.example.com`",
            "opaque",
        ],
        &[
            "Set AUTH0_AUDIENCE to the Identifier of your API",
            "Multi-Resource Refresh Token",
        ],
    );
    apply_fix(env, &alice, of_its_own).await;
    diagnosis
}

/// Delays the responses of refreshes beyond the timeout. The tenant has consumed the refresh token anyway.
fn slow(builder: &mut TestEnvBuilder) {
    logged_in_long_ago(builder);
    builder.set("AUTH0_HTTP_TIMEOUT", "1500");
    builder.tenant.refresh_delay = Duration::from_secs(20);
}

pub(crate) async fn a_refresh_whose_response_is_lost_ends_the_session_at_the_next_one()
-> ReportedDiagnosis {
    let env = TestEnv::with(slow).await;
    let alice = signed_in(&env).await;
    env.advance(3_700);
    alice.get_json("/api/products").await.assert_status(503);
    // Longer than the failure is cached.
    env.advance(2);
    let diagnosis = reported::at_session_end(&env, &alice).await;
    assert_says(
        &diagnosis,
        &["A refresh ended without an answer", "took that for theft"],
        &["The user logs in again, once", "Rotation Overlap Period"],
    );
    let env = env.restart(|_| {}).await;
    assert_works(&alice).await;
    drop(env);

    let overlapping =
        |builder: &mut TestEnvBuilder| builder.tenant.refresh_leeway = Duration::from_mins(2);
    let env = TestEnv::with(|builder| {
        slow(builder);
        overlapping(builder);
    })
    .await;
    let alice = signed_in(&env).await;
    env.advance(3_700);
    alice.get_json("/api/products").await.assert_status(503);
    let env = env.restart(overlapping).await;
    // The back-off of the failed refresh is stored with the login.
    env.advance(2);
    alice.get_json("/api/products").await.assert_status(200);
    diagnosis
}

pub(crate) async fn a_refresh_token_that_was_revoked_ends_the_session() -> ReportedDiagnosis {
    let env = TestEnv::with(logged_in_long_ago).await;
    let alice = signed_in(&env).await;
    env.advance(3_700);
    assert_eq!(env.tenant.revoke_all_refresh_tokens().await.unwrap(), 1);
    let diagnosis = reported::at_session_end(&env, &alice).await;
    assert_says(
        &diagnosis,
        &[
            "does not accept the refresh token any more",
            "revoked there",
        ],
        &["The user logs in again", "Refresh Token Lifetime"],
    );
    assert_works(&alice).await;
    diagnosis
}

pub(crate) async fn a_reused_refresh_token_ends_the_session() -> ReportedDiagnosis {
    let env = TestEnv::with(logged_in_long_ago).await;
    let alice = signed_in(&env).await;
    env.advance(3_700);
    let granted = env
        .tenant_requests
        .matching(&Method::POST, "/oauth/token")
        .remove(0);
    let copied = granted.response_field("refresh_token").unwrap();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", "leptos-auth0-sample"),
        ("client_secret", CLIENT_SECRET),
        ("refresh_token", &copied),
    ];
    let other = env.browser();
    let request = other.request(Method::POST, &env.tenant_url("/oauth/token"));
    other.send(request.form(&form)).await.assert_status(200);

    let diagnosis = reported::at_session_end(&env, &alice).await;
    assert_says(
        &diagnosis,
        &["was used by another client"],
        &["no other program uses the same sessions"],
    );
    assert_works(&alice).await;
    diagnosis
}
