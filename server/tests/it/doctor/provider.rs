//! Checks of the provider: reachability, issuer, clock.

use std::time::{Duration, SystemTime};

use axum::{Router, middleware::map_response, response::Response};
use http::{HeaderMap, HeaderValue, header};

use super::doctor_env::DoctorEnv;

#[tokio::test]
async fn a_provider_that_is_down_is_one_problem_and_the_rest_is_skipped() {
    let env = DoctorEnv::with(|builder| builder.tenant_is_up = false).await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&["provider"])
        .the("problem", "provider")
        .assert_says(
            "provider_unreachable",
            "no connection to",
            "Check AUTH0_DOMAIN",
        );
    for id in [
        "keys", "clock", "client", "refresh", "callback", "login", "audience",
    ] {
        found
            .the("skipped", id)
            .contains("summary", "the provider's metadata is unavailable");
    }
    found.the("ok", "secret");
}

#[tokio::test]
async fn a_provider_that_does_not_announce_dpop_is_a_warning_if_it_is_required() {
    for (proofs, verdict) in [
        (tenant::DpopProofs::Accepted, "ok"),
        (tenant::DpopProofs::Ignored, "warning"),
    ] {
        let env = DoctorEnv::with(|builder| {
            builder.set("AUTH0_DPOP", "true");
            builder.tenant.dpop = proofs;
        })
        .await;
        env.run_doctor().await.the(verdict, "dpop");
    }
}

#[tokio::test]
async fn an_organization_is_checked_at_the_provider() {
    for (organization, verdict) in [("acme", "ok"), ("initech", "problem")] {
        let env = DoctorEnv::with(|builder| builder.set("AUTH0_ORGANIZATION", organization)).await;
        let found = env.run_doctor().await;
        found
            .the(verdict, "organization")
            .contains("summary", "organization");
        found.assert_problems(if verdict == "ok" {
            &[]
        } else {
            &["organization"]
        });
    }
}

#[tokio::test]
async fn pushed_requests_are_checked_at_the_provider() {
    let env = DoctorEnv::with(|builder| {
        builder.set("AUTH0_PUSHED_AUTHORIZATION_REQUESTS", "true");
    })
    .await;
    let found = env.run_doctor().await;
    found.assert_problems(&[]).the("ok", "pushed_requests");
    found.the("ok", "login");
}

#[tokio::test]
async fn another_issuer_url_of_the_provider_is_rejected() {
    let mut real_name = String::new();
    let env = DoctorEnv::with(|builder| {
        real_name = format!("{}/", builder.tenant_at);
        let other = builder.tenant_at.replace("127.0.0.1", "localhost");
        builder.set("AUTH0_DOMAIN", &format!("{other}/"));
        builder.set("APP_BASE_URL", "http://app.localhost:3999");
    })
    .await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&["provider"])
        .the("problem", "provider")
        .assert_says(
            "wrong_issuer",
            &format!("calls itself `{real_name}`"),
            &format!("set AUTH0_DOMAIN={real_name} (with a custom domain"),
        );
}

#[tokio::test]
async fn a_url_without_a_provider_differs_from_an_outage() {
    let env = DoctorEnv::with(|builder| {
        let api = format!("{}/", builder.products_at);
        builder.set("AUTH0_DOMAIN", &api);
    })
    .await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&["provider"])
        .the("problem", "provider")
        .assert_says(
            "no_provider",
            "answered with status 401",
            "Set AUTH0_DOMAIN to the Domain of your tenant",
        );
}

/// Sets the tenant's `Date` header ahead by `SECONDS`.
fn ahead<const SECONDS: u64>(tenant: Router) -> Router {
    tenant.layer(map_response(|mut response: Response| async {
        let then = SystemTime::now() + Duration::from_secs(SECONDS);
        let date = HeaderValue::from_str(&httpdate::fmt_http_date(then)).unwrap();
        response.headers_mut().insert(header::DATE, date);
        response
    }))
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_a_problem_with_its_direction() {
    let env = DoctorEnv::with(|builder| builder.around = ahead::<3600>).await;
    let found = env.run_doctor().await;
    let clock = found.assert_problems(&["clock"]).the("problem", "clock");
    clock.assert_says("clock_skew", "seconds behind the provider's", "NTP");
}

#[tokio::test]
async fn a_clock_that_is_a_little_wrong_is_a_warning() {
    let env = DoctorEnv::with(|builder| builder.around = ahead::<45>).await;
    let found = env.run_doctor().await;
    found
        .assert_problems(&[])
        .assert_warnings(&["clock"])
        .the("warning", "clock")
        .assert_says("clock_skew", "seconds behind the provider's", "NTP");
}

#[tokio::test]
async fn the_age_of_a_cached_response_is_not_skew() {
    let env = DoctorEnv::with(|builder| {
        builder.around = |tenant| {
            tenant.layer(map_response(|mut response: Response| async {
                let then = SystemTime::now() - Duration::from_mins(15);
                let headers: &mut HeaderMap = response.headers_mut();
                let date = httpdate::fmt_http_date(then);
                headers.insert(header::DATE, HeaderValue::from_str(&date).unwrap());
                headers.insert(header::AGE, HeaderValue::from_static("900"));
                response
            }))
        };
    })
    .await;
    env.run_doctor()
        .await
        .assert_problems(&[])
        .the("ok", "clock");
}
