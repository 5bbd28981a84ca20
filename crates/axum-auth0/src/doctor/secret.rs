//! Whether `AUTH0_SECRET` can be guessed. That it is long enough, the configuration has checked.

use secrecy::ExposeSecret as _;

use super::{Check, secret_strength::has_enough_entropy};
use crate::{config::Config, diagnosis::Diagnosis};

pub(super) fn check(config: &Config) -> Vec<Check> {
    let mut checks: Vec<Check> = weaknesses(config)
        .into_iter()
        .map(|diagnosis| Check::problem("secret", "AUTH0_SECRET looks easy to guess.", diagnosis))
        .collect();
    if checks.is_empty() {
        checks.push(Check::ok("secret", "AUTH0_SECRET looks random."));
    }
    checks
}

/// What is wrong with each secret that can be guessed. The site starts all the same: it is an estimate.
pub(crate) fn weaknesses(config: &Config) -> Vec<Diagnosis> {
    let several = config.secrets().len() > 1;
    let mut weaknesses = Vec::new();
    for (position, secret) in config.secrets().iter().enumerate() {
        let secret = secret.expose_secret();
        let weakness = if secret == config.client_secret().expose_secret() {
            "is the client secret, too, which others know"
        } else if has_enough_entropy(secret) {
            continue;
        } else {
            "is made of words, repetitions or sequences, as examples in documentation are"
        };
        let why = if several {
            format!(
                "holds, as number {}, a secret that {weakness}",
                position + 1
            )
        } else {
            weakness.to_owned()
        };
        weaknesses.push(Diagnosis::insecure_secret(&why));
    }
    weaknesses
}
