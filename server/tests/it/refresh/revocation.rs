//! A refresh token that is revoked while another process refreshes.

use std::time::Duration;

use axum_auth0::Auth0;
use http::Method;
use tenant::RefreshCounts;

use super::{
    in_process::{refreshes, short_lived, user_by},
    wait::wait_until,
};
use crate::{
    browser::{ALICE, PASSWORD},
    test_env::TestEnv,
};

/// How long the tenant delays its response after it has consumed the refresh token.
const DELAY: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn a_token_revoked_during_a_refresh_stays_revoked() {
    let env = TestEnv::with(|builder| {
        short_lived(builder);
        builder.persistent = true;
        builder.tenant.refresh_delay = DELAY;
    })
    .await;
    let alice = env.browser();
    let form = alice.open("/profile").await.assert_status(200);
    alice
        .submit_login(&form, ALICE, PASSWORD)
        .await
        .assert_status(200);
    env.advance(10);
    // Another process of the site, on the same store.
    let builder = Auth0::builder().config(env.auth0.config().clone());
    let other = builder.build().await.unwrap();
    let user = user_by(&other, &env, &alice).await;

    let call = alice.get_json("/api/products");
    let revocation = async {
        wait_until("the tenant is asked", || {
            env.tenant.refreshes().granted == 1
        })
        .await;
        assert_eq!(refreshes(&env).len(), 0, "nothing is answered yet");
        user.revoke_refresh_token().await.unwrap();
    };
    let (response, ()) = tokio::join!(call, revocation);
    // The refreshed access token works until it expires. The new refresh token is revoked as well.
    response.assert_status(200);
    let brought = refreshes(&env)[0].response_field("refresh_token");
    let revoked = env.tenant_requests.matching(&Method::POST, "/oauth/revoke");
    let revoked: Vec<_> = revoked
        .iter()
        .map(|entry| entry.form_field("token"))
        .collect();
    assert_eq!(revoked.len(), 2);
    assert_eq!(revoked[1], brought);

    // There is no refresh token: no request is sent to the tenant.
    env.advance(10);
    let response = alice.get_json("/api/products").await;
    assert!(!response.status.is_success(), "{response:?}");
    assert_eq!(refreshes(&env).len(), 1);
    let counts = RefreshCounts {
        granted: 1,
        reused: 0,
    };
    assert_eq!(env.tenant.refreshes(), counts);
}
