//! Clock skew and expired tokens.

use std::time::Duration;

use axum::body::Body;
use axum_auth0::{Expectation, diagnose, jwt};
use http::{Request, header};
use reqwest::Method;
use tenant::{MockClock, Tenant};
use tower::ServiceExt as _;
use url::Url;

use super::{
    fixes::{assert_works, restartable},
    modified_tenant::ModifiedTenant,
    reported,
    reported::{ReportedDiagnosis, assert_says},
};
use crate::{browser::ALICE, test_env::TestEnv};

pub(crate) async fn a_clock_that_is_ahead_sees_new_tokens_as_expired() -> ReportedDiagnosis {
    let mut settings = None;
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.tenant_is_up = false;
        builder.tenant.access_token_lifetime = Duration::from_mins(5);
        settings = Some(builder.tenant.clone());
    })
    .await;
    let now = now_of(&env).await;
    let clock = MockClock::at(now - 480);
    let mut settings = settings.unwrap();
    settings.clock = clock.clone();
    let tenant = Tenant::open(settings).await.unwrap();
    let _stand_in = ModifiedTenant::at_tenant_of(&env, tenant.router());
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_says(
        &diagnosis,
        &["480 seconds ahead of the provider's"],
        &["Set the clock of this server by NTP"],
    );
    assert_eq!(env.products_requests.entries().len(), 0);
    clock.advance(480);
    assert_works(&alice).await;
    diagnosis
}

/// Returns the tenant's time, from its activity log.
async fn now_of(env: &TestEnv) -> i64 {
    let tenant: Url = env.tenant_url("/oauth/token").parse().unwrap();
    let request = Request::post(tenant.path())
        .header(header::HOST, tenant.authority())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::empty());
    let refused = env.tenant.router().oneshot(request.unwrap()).await;
    assert!(refused.unwrap().status().is_client_error());
    env.tenant.activity_log()[0].at
}

pub(crate) async fn a_cached_token_has_expired() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        builder.tenant.access_token_lifetime = Duration::from_secs(10);
        builder.seconds_behind = 15;
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let called = env
        .products_requests
        .matching(&Method::GET, "/products")
        .remove(0);
    let kept = called.bearer_token().unwrap();
    let claims = jwt::decode_unverified(kept).unwrap();
    let end = claims.unverified().required_numeric_date("exp").unwrap();

    let config = env.auth0.config();
    let expected = |now| Expectation::new(config, config.api("PRODUCTS").unwrap(), now);
    let facts = diagnose(kept, &expected(end - 1)).unwrap();
    assert_eq!(facts.expires_at, Some(end));
    let diagnosis = ReportedDiagnosis::from(&diagnose(kept, &expected(end + 90)).unwrap_err());
    assert_says(
        &diagnosis,
        &["expired 90 seconds ago"],
        &["Ask for the access token at each call", "offline_access"],
    );
    let first = ReportedDiagnosis::from(&diagnose(kept, &expected(end + 1)).unwrap_err());
    assert_says(&first, &["expired 1 second ago"], &[]);

    // The provider returns a new token for each call.
    env.advance(11);
    alice.get_json("/api/products").await.assert_status(200);
    let called = env
        .products_requests
        .matching(&Method::GET, "/products")
        .pop()
        .unwrap();
    assert_ne!(called.bearer_token().unwrap(), kept);
    diagnosis
}
