//! Checks that `AUTH0_SECRET` is hard to guess. The configuration has checked its length.

use super::Check;
use axum_auth0::{
    Diagnosis,
    config::{Config, WeakSecret},
};

pub(super) fn check(config: &Config) -> Vec<Check> {
    let weak = config.weak_secrets();
    if weak.is_empty() {
        return vec![Check::ok("secret", "AUTH0_SECRET looks random.")];
    }
    let problem = |secret: WeakSecret| {
        let diagnosis = Diagnosis::from(secret);
        Check::problem("secret", "AUTH0_SECRET looks easy to guess.", diagnosis)
    };
    weak.into_iter().map(problem).collect()
}
