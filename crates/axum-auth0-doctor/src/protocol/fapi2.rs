//! The FAPI 2.0 Security Profile, which `AUTH0_FAPI2` requires.

use super::super::{Check, Problem};
use axum_auth0::{Diagnosis, config::Config, oauth::missing_for_fapi2, provider::Metadata};

pub(super) const ID: &str = "fapi2";

pub(super) fn check(config: &Config, metadata: &Metadata) -> Option<Check> {
    if !config.fapi2() {
        return None;
    }
    let missing = missing_for_fapi2(config, metadata);
    if missing.is_empty() {
        let summary = "The provider announces every part of the FAPI 2.0 Security Profile.";
        return Some(Check::ok(ID, summary));
    }
    let summary = match missing.len() {
        1 => "The provider lacks a part of the FAPI 2.0 Security Profile, so no login starts."
            .to_owned(),
        number => format!(
            "The provider lacks {number} parts of the FAPI 2.0 Security Profile, so no login starts."
        ),
    };
    let diagnosis = Diagnosis::NotSupportedByProvider {
        setting: "AUTH0_FAPI2".to_owned(),
        missing: missing.into_iter().map(str::to_owned).collect(),
    };
    let problem = Problem {
        fix: "Switch each of them on at the provider, and see that its metadata (/.well-known/openid-configuration) announces it. At \
              Auth0: pushed requests and mTLS endpoint aliases under dashboard > Settings > Advanced, the client authentication \
              under Applications > your application > Credentials, the signature of ID tokens under Applications > your \
              application > Settings > Advanced Settings > OAuth, sender-constrained access tokens under Applications > APIs > \
              your API > Settings > Token Sender-Constraining. Or set AUTH0_FAPI2=false: the site then works less securely."
            .to_owned(),
        ..Problem::from(diagnosis)
    };
    Some(Check::problem(ID, summary, problem))
}
