//! Access tokens that are bound to a key (RFC 9449).

use super::{
    fixes::{apply_fix, restartable},
    reported,
    reported::{ReportedDiagnosis, assert_says},
};
use crate::{browser::ALICE, test_env::TestEnv};

pub(crate) async fn a_provider_that_ignores_proofs_fails_the_login() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.set("AUTH0_DPOP", "true");
        builder.tenant.dpop = tenant::DpopProofs::Ignored;
    })
    .await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await;
    let diagnosis = reported::at_login(&env, &page);
    assert_says(
        &diagnosis,
        &["issued a bearer token, although AUTH0_DPOP is true"],
        &["Token Sender-Constraining", "AUTH0_DPOP=false"],
    );
    apply_fix(env, &alice, |builder| builder.set("AUTH0_DPOP", "true")).await;
    diagnosis
}

pub(crate) async fn a_clock_that_is_behind_makes_proofs_too_old() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.set("AUTH0_DPOP", "true");
        builder.set("AUTH0_DPOP_CLOCK_SKEW", "-120");
    })
    .await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await;
    let diagnosis = reported::at_login(&env, &page);
    assert_says(
        &diagnosis,
        &["The proof is too old (iat)"],
        &["AUTH0_DPOP_CLOCK_SKEW", "NTP"],
    );
    apply_fix(env, &alice, |builder| builder.set("AUTH0_DPOP", "true")).await;
    diagnosis
}
