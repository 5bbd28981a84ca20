//! The check of the clock, with responses that do not come from a cache.

use axum_auth0_doctor::Status;
use test_support::{Endpoint, Reply};

use super::{assert_problems, examined, the};
use crate::app::TestEnv;

#[tokio::test]
async fn a_cached_date_header_is_not_a_clock_difference() {
    let env = TestEnv::new().await;
    let keys = Reply::keys(&[env.provider.signer().jwk()]);
    let old = "Sun, 06 Nov 1994 08:49:37 GMT";
    env.provider
        .reply(Endpoint::Keys, keys.with_header("date", old));
    let report = examined(&env, &[]).await;
    the(&report, Status::Ok, "clock");
    assert_problems(&report, &[]);
}

#[tokio::test]
async fn a_clock_difference_within_the_tolerance_is_a_warning_and_beyond_it_a_problem() {
    let env = TestEnv::new().await;
    env.clock.advance(300);
    let report = examined(&env, &[]).await;
    assert_eq!(
        the(&report, Status::Warning, "clock").code,
        Some("clock_skew")
    );
    env.clock.advance(600);
    let report = examined(&env, &[]).await;
    the(&report, Status::Problem, "clock");
    assert_problems(&report, &["clock"]);
}
