//! Diagnoses without a login: at the start, and by `server doctor`.

use std::time::Duration;

use axum_auth0::{DiagnosisCode, clock::MockClock};
use axum_auth0_doctor::{Check, Dependencies, Status, examine};

use super::{
    fixes::{apply_fix, assert_works, restartable},
    reported,
    reported::{ReportedDiagnosis, assert_says},
};
use crate::test_env::TestEnv;

const LIMIT: Duration = Duration::from_secs(20);

/// Returns the result of the check `id` of the doctor.
async fn run_check(env: &TestEnv, id: &str, dependencies: &Dependencies) -> Check {
    let report = examine(env.auth0.config(), dependencies, LIMIT).await;
    let mut checks = report.checks.into_iter();
    checks.find(|check| check.id == id).unwrap()
}

pub(crate) async fn an_unregistered_callback_fails_every_login() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        // The callback path of older versions of nextjs-auth0.
        let callbacks = &mut builder.tenant.applications[0].callback_urls;
        callbacks[0] = callbacks[0].replace("/auth/callback", "/api/auth/callback");
    })
    .await;
    let check = run_check(&env, "callback", &Dependencies::default()).await;
    assert_eq!(check.status, Status::Problem);
    let diagnosis = reported::from_doctor(&env, &check);
    assert_says(
        &diagnosis,
        &["does not know `http://localhost:3000/auth/callback`"],
        &[
            "Add http://localhost:3000/auth/callback to the Allowed Callback URLs",
            "APP_BASE_URL",
        ],
    );
    // The user sees the tenant's page, which names the same URL.
    let alice = env.browser();
    let page = alice.open("/products").await.assert_status(403);
    let text = page.html().text();
    let callback = env.base_url.join("/auth/callback").unwrap();
    assert!(
        text.contains("Callback URL mismatch") && text.contains(callback.as_str()),
        "{text}"
    );

    let env = apply_fix(env, &alice, |_| {}).await;
    let check = run_check(&env, "callback", &Dependencies::default()).await;
    assert_eq!(check.status, Status::Ok, "{check:?}");
    diagnosis
}

pub(crate) async fn a_secret_from_a_documentation_can_be_guessed() -> ReportedDiagnosis {
    const EXAMPLE: &str = "use [openssl rand -hex 32] to generate a 32 bytes value";
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.set("AUTH0_SECRET", EXAMPLE);
    })
    .await;
    let check = run_check(&env, "secret", &Dependencies::default()).await;
    assert_eq!(check.status, Status::Problem);
    let diagnosis = reported::from_doctor(&env, &check);
    reported::assert_logged(&env, " ERROR ", &diagnosis);
    assert_says(
        &diagnosis,
        &[
            "AUTH0_SECRET is made of words",
            "forge the session of any user",
        ],
        &[
            "Set AUTH0_SECRET to 32 random bytes",
            "openssl rand -hex 32",
        ],
    );
    assert!(!env.log.text().contains(EXAMPLE));
    // It is an estimate; the site works anyway.
    let alice = env.browser();
    assert_works(&alice).await;

    let random = "5b1e8842a6f04d7c9e31f0aa77c2d9485b1d7e20c94f3a68be0571d3fa26c980";
    let env = env
        .restart(|builder| builder.set("AUTH0_SECRET", random))
        .await;
    alice.get_json("/auth/profile").await.assert_status(401);
    assert_works(&alice).await;
    let check = run_check(&env, "secret", &Dependencies::default()).await;
    assert_eq!(check.status, Status::Ok, "{check:?}");
    diagnosis
}

/// Every response of the provider has a `Date` header.
#[tokio::test]
async fn clock_skew_is_reported_before_any_login() {
    let env = TestEnv::start().await;
    for (difference, direction) in [(7_200, "ahead of"), (-7_200, "behind")] {
        let clock = MockClock::from_system();
        clock.advance(difference);
        let dependencies = Dependencies {
            clock,
            ..Dependencies::default()
        };
        let check = run_check(&env, "clock", &dependencies).await;
        assert_eq!(
            (check.status, check.code),
            (Status::Problem, Some(DiagnosisCode::ClockSkew.as_str()))
        );
        assert_says(
            &reported::from_doctor(&env, &check),
            &["seconds", direction],
            &["Set the clock of this server by NTP"],
        );
    }
}
