//! Clocks, compared by what cannot come from a cache.

use axum_auth0_doctor::Status;
use test_support::{Endpoint, Reply};

use super::{are_problems, examined, the};
use crate::app::TestEnv;

#[tokio::test]
async fn keys_that_a_cache_kept_without_saying_so_are_no_wrong_clock() {
    let env = TestEnv::new().await;
    let keys = Reply::keys(&[env.provider.signer().jwk()]);
    let old = "Sun, 06 Nov 1994 08:49:37 GMT";
    env.provider
        .reply(Endpoint::Keys, keys.with_header("date", old));
    let report = examined(&env, &[]).await;
    the(&report, Status::Ok, "clock");
    are_problems(&report, &[]);
}

#[tokio::test]
async fn a_clock_that_logins_do_not_bear_is_a_problem_and_one_that_they_bear_is_not() {
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
    are_problems(&report, &["clock"]);
}
