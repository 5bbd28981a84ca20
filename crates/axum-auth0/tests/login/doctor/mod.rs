//! The doctor with unusual providers: it reports no problem that does not exist, and no success that it did not observe.

mod addresses;
mod api_metadata;
mod audiences;
mod certificates;
mod credentials;
mod logins;
mod logouts;
mod organizations;
mod protocol;
mod refreshing;
mod site_features;
mod times;

use std::time::Duration;

use axum_auth0::Config;
use axum_auth0_doctor::{Check, Dependencies, Report, SiteFeatures, Status, examine};

use crate::app::TestEnv;

/// Returns the doctor's report about the site of `env` with these variables changed.
async fn examined(env: &TestEnv, changes: &[(&'static str, Option<&str>)]) -> Report {
    examine_within(env, &config(env, changes), Duration::from_secs(20)).await
}

/// Returns the configuration with these variables changed, and with an unpredictable secret.
fn config(env: &TestEnv, changes: &[(&'static str, Option<&str>)]) -> Config {
    let secret = ("AUTH0_SECRET", Some("5b1e8842a6f04d7c9e31f0aa77c2d948"));
    env.config(&[changes, &[secret]].concat())
}

async fn examine_within(env: &TestEnv, config: &Config, limit: Duration) -> Report {
    let dependencies = Dependencies {
        clock: env.clock.clone(),
        ..Dependencies::default()
    };
    examine(config, &dependencies, limit).await
}

/// Returns the doctor's report about a site whose code uses `features`.
async fn examined_with(env: &TestEnv, features: SiteFeatures) -> Report {
    let dependencies = Dependencies {
        clock: env.clock.clone(),
        features,
        ..Dependencies::default()
    };
    examine(&config(env, &[]), &dependencies, Duration::from_secs(20)).await
}

/// Asserts that there is no check with this ID.
fn assert_not_checked(report: &Report, id: &str) {
    assert!(
        report.checks.iter().all(|check| check.id != id),
        "{id} in {:#?}",
        report.checks
    );
}

/// Returns the only check with this ID, which must have this status.
fn the<'a>(report: &'a Report, status: Status, id: &str) -> &'a Check {
    let checks: Vec<&Check> = report
        .checks
        .iter()
        .filter(|check| check.id == id)
        .collect();
    match checks.as_slice() {
        [check] if check.status == status => check,
        _ => panic!("not one {status:?} {id}: {checks:#?}"),
    }
}

/// Asserts that these checks are the only problems.
fn assert_problems(report: &Report, ids: &[&str]) {
    let problems = report
        .checks
        .iter()
        .filter(|check| check.status == Status::Problem);
    let problems: Vec<&Check> = problems.collect();
    let found: Vec<&str> = problems.iter().map(|check| check.id).collect();
    assert_eq!(found, ids, "{problems:#?}");
    assert_eq!(report.is_ok(), ids.is_empty());
}

/// Returns all texts of a check.
fn text(check: &Check) -> String {
    let texts = [
        Some(&check.summary),
        check.cause.as_ref(),
        check.fix.as_ref(),
    ];
    texts
        .into_iter()
        .flatten()
        .cloned()
        .collect::<Vec<_>>()
        .join(" ")
}

fn assert_contains(check: &Check, parts: &[&str]) {
    let text = text(check);
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
}
