//! Metrics: what a journey counts, the labels, and the documentation.

use std::{collections::BTreeSet, sync::OnceLock};

use axum::body::Body;
use axum_auth0::{
    AuthEvent,
    metrics::{METRICS, MetricKind},
};
use http::{Method, header};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use test_support::{Endpoint, Part, Reply, wait_until};

use crate::app::TestEnv;

const HOUR: i64 = 3_600;

/// Returns the recorder of this process.
fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let durations = Matcher::Suffix("_seconds".to_owned());
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(durations, &[0.1, 1.0])
            .unwrap();
        let handle = builder.install_recorder().unwrap();
        axum_auth0::metrics::describe();
        handle
    })
}

/// Returns the value of a series in the text format; zero if there is none.
fn value(text: &str, series: &str) -> f64 {
    let line = text.lines().find_map(|line| {
        let rest = line.strip_prefix(series)?;
        rest.strip_prefix(' ')?.parse().ok()
    });
    line.unwrap_or_default()
}

#[track_caller]
fn assert_value(text: &str, series: &str, expected: f64) {
    let found = value(text, series);
    assert!((found - expected).abs() < 0.5, "{series} {found}\n{text}");
}

/// Returns all pairs of a label and its value.
fn labels(text: &str) -> BTreeSet<(String, String)> {
    let series = text.lines().filter(|line| !line.starts_with('#'));
    series
        .filter_map(|line| Some(line.split_once('{')?.1.split_once('}')?.0))
        .flat_map(|labels| labels.split(','))
        .filter_map(|label| label.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned()))
        .filter(|(name, _)| name != "le")
        .collect()
}

#[tokio::test]
async fn logins_refreshes_failures_and_durations_are_measured() {
    let recorder = recorder();
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;
    env.clock.advance(2 * HOUR);
    env.provider
        .reply(Endpoint::Refresh, Reply::busy(503, "60"));
    browser.get("/token").await;
    browser.get("/token").await;
    env.provider
        .reply(Endpoint::Exchange, Reply::error(400, "invalid_grant"));
    env.browser().attempt_login(&env.provider, "bob").await;
    env.browser().get("/products").await;
    browser.post("/auth/logout", "").await;
    wait_until(|| env.provider.request_count(Endpoint::Revocation) == 1).await;
    wait_until(|| env.auth0.unfinished_tasks().total() == 0).await;

    let text = recorder.render();
    for (series, expected) in [
        ("auth0_login_starts_total", 2.0),
        ("auth0_logins_total", 1.0),
        ("auth0_login_failures_total{reason=\"invalid_code\"}", 1.0),
        ("auth0_refreshes_total{outcome=\"granted\"}", 1.0),
        (
            "auth0_refreshes_total{outcome=\"provider_unavailable\"}",
            1.0,
        ),
        ("auth0_refreshes_total{outcome=\"backed_off\"}", 1.0),
        ("auth0_requests_refused_total{reason=\"anonymous\"}", 1.0),
        ("auth0_session_ends_total{reason=\"logout\"}", 1.0),
        ("auth0_revocations_total{outcome=\"revoked\"}", 1.0),
        (
            "auth0_provider_request_duration_seconds_count{endpoint=\"token\",result=\"success\"}",
            2.0,
        ),
        (
            "auth0_provider_request_duration_seconds_count{endpoint=\"token\",result=\"error_status\"}",
            2.0,
        ),
        (
            "auth0_provider_request_duration_seconds_count{endpoint=\"revocation\",result=\"success\"}",
            1.0,
        ),
        (
            "auth0_store_operation_duration_seconds_count{operation=\"create_login\",result=\"success\"}",
            1.0,
        ),
    ] {
        assert_value(&text, series, expected);
    }
    // They are fetched again after an hour.
    for endpoint in ["discovery", "jwks"] {
        let series = format!(
            "auth0_provider_request_duration_seconds_count{{endpoint=\"{endpoint}\",result=\"success\"}}"
        );
        assert!(value(&text, &series) > 0.5, "{series}\n{text}");
    }
    for kind in ["callback", "logout", "refresh", "revocation"] {
        let series = format!("auth0_tasks_in_progress{{kind=\"{kind}\"}}");
        assert!(text.contains(&series), "{series}");
        assert_value(&text, &series, 0.0);
    }
}

#[tokio::test]
async fn a_refresh_is_in_progress_until_the_provider_responds() {
    let recorder = recorder();
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(2 * HOUR);
    let gate = env.provider.gate(Endpoint::Refresh);
    let request = tokio::spawn(async move { browser.get("/token").await.status });
    env.provider.wait_for_requests(Endpoint::Refresh, 1).await;
    let series = "auth0_tasks_in_progress{kind=\"refresh\"}";
    assert_value(&recorder.render(), series, 1.0);
    gate.release_all();
    assert!(request.await.unwrap().is_success());
    wait_until(|| env.auth0.unfinished_tasks().total() == 0).await;
    assert_value(&recorder.render(), series, 0.0);
}

#[tokio::test]
async fn a_failing_store_and_a_failing_userinfo_are_measured() {
    let recorder = recorder();
    let env = TestEnv::new().await;
    env.provider.modify(Part::IdToken, |claims| {
        let claims = claims.as_object_mut().unwrap();
        claims.remove("name");
        claims.remove("email");
    });
    env.provider.reply(Endpoint::Userinfo, Reply::html(500));
    let mut browser = env.logged_in("alice").await;
    env.store.set_unavailable(true);
    browser.whoami().await;
    let text = recorder.render();
    let failed = "auth0_store_operation_duration_seconds_count{operation=\"check_session\",result=\"error\"}";
    assert_value(&text, failed, 1.0);
    let userinfo = "auth0_provider_request_duration_seconds_count{endpoint=\"userinfo\",result=\"error_status\"}";
    assert_value(&text, userinfo, 1.0);
}

#[tokio::test]
async fn sessions_are_counted_once_a_minute() {
    let recorder = recorder();
    let env = TestEnv::new().await;
    let _alice = env.logged_in("alice").await;
    let _bob = env.logged_in("bob").await;
    let maintenance = env.auth0.spawn_maintenance();
    wait_until(|| recorder.render().contains("auth0_sessions 2")).await;
    maintenance.abort();
}

/// Whatever clients and the provider send, the number of series stays the same.
#[tokio::test]
async fn input_from_outside_is_in_no_label() {
    let recorder = recorder();
    let env = TestEnv::new().await;
    let journey = async |number: usize| {
        let mut browser = env.logged_in(&format!("user-{number}")).await;
        browser.get(&format!("/products?page={number}")).await;
        browser.get(&format!("/nothing/{number}")).await;
        let mut returned = browser
            .authorize_without_callback(&env.provider, "alice")
            .await
            .without("code");
        returned = returned.with("error", &format!("error_{number}"));
        browser.get(&returned.path()).await;
        let request = browser
            .request(Method::POST, &format!("/api/{number}"))
            .header(header::ORIGIN, format!("https://evil-{number}.example"))
            .body(Body::empty())
            .unwrap();
        browser.send(request).await;
        let mut request = browser.navigation("/").body(Body::empty()).unwrap();
        let host = format!("host-{number}.example").parse().unwrap();
        request.headers_mut().insert(header::HOST, host);
        browser.send(request).await;
        env.clock.advance(2 * HOUR);
        let error = Reply::error(400, &format!("error_{number}"));
        env.provider.reply(Endpoint::Refresh, error);
        browser.get("/token").await;
        env.provider.recover(Endpoint::Refresh);
        browser.post("/auth/logout", "").await;
        wait_until(|| env.auth0.unfinished_tasks().total() == 0).await;
    };
    journey(0).await;
    let before = labels(&recorder.render());
    for number in 1..10 {
        journey(number).await;
    }
    let text = recorder.render();
    assert_eq!(labels(&text), before);
    for (name, value) in &before {
        let is_known = METRICS
            .iter()
            .any(|metric| metric.labels.contains(&name.as_str()));
        assert!(is_known, "{name}");
        let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
        assert!(value.chars().all(is_name), "{name}={value}");
    }
    assert!(env.secrets.found_in(&text).is_empty());
    assert!(!text.contains('@') && !text.contains("example"), "{text}");
}

#[test]
fn metrics_follow_the_conventions_of_prometheus_and_are_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/observability.md");
    let document = std::fs::read_to_string(path).unwrap();
    for metric in METRICS {
        let name = metric.name;
        assert!(name.starts_with("auth0_"), "{name}");
        match metric.kind {
            MetricKind::Counter => assert!(name.ends_with("_total"), "{name}"),
            MetricKind::Histogram => assert!(name.ends_with("_duration_seconds"), "{name}"),
            _ => assert!(!name.ends_with("_total"), "{name}"),
        }
        let row = document
            .lines()
            .find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("{name} is not documented"));
        for label in metric.labels {
            assert!(row.contains(&format!("`{label}`")), "{name}: {label}");
        }
    }
    for event in AuthEvent::NAMES {
        assert!(
            document.contains(&format!("\n| `{event}` |")),
            "{event} is not documented"
        );
    }
}

/// Alerts that name a metric or a label that does not exist never fire.
#[test]
fn the_queries_of_the_documentation_name_existing_metrics_and_labels() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/observability.md");
    let document = std::fs::read_to_string(path).unwrap();
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let queries = document
        .lines()
        .filter(|line| line.contains("rate(") || line.contains("increase("));
    let mut found = 0;
    for query in queries {
        for part in query.split("auth0_").skip(1) {
            let name = part.split(|c| !is_name(c)).next().unwrap();
            let name = format!("auth0_{}", name.trim_end_matches("_bucket"));
            let metric = METRICS.iter().find(|metric| metric.name == name);
            let metric = metric.unwrap_or_else(|| panic!("{name} does not exist"));
            found += 1;
            let label = part
                .split_once('{')
                .and_then(|(_, rest)| rest.split_once("=~"));
            if let Some((label, values)) = label {
                assert!(metric.labels.contains(&label), "{name}: {label}");
                for value in values.split('"').nth(1).unwrap().split('|') {
                    assert!(document.contains(&format!("`{value}`")), "{value}");
                }
            }
        }
    }
    assert!(found >= 6, "{found}");
}
