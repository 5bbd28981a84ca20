//! Diagnoses tokens that are for another audience.

use super::{Diagnosis, Expectation, MAX_AUDIENCES, printable};

/// Returns the diagnosis for a JWT whose audiences `found` lack `audience`.
pub(super) fn not_for(expected: &Expectation<'_>, audience: &str, found: &[&str]) -> Diagnosis {
    let (config, api) = (expected.config, expected.api);
    let (audience, variable) = (audience.to_owned(), api.audience_variable().to_owned());
    let is_userinfo = |aud: &str| aud.ends_with("/userinfo");
    if !found.is_empty() && found.iter().all(|aud| is_userinfo(aud)) {
        return Diagnosis::UserinfoToken { audience, variable };
    }
    // Beside an API, the userinfo audience has no meaning: every token with the scope openid has it.
    let found: Vec<&str> = found
        .iter()
        .filter(|aud| !is_userinfo(aud))
        .copied()
        .collect();
    let shown: Vec<String> = found
        .iter()
        .take(MAX_AUDIENCES)
        .map(|aud| printable(aud))
        .collect();
    let login = config.audience().filter(|login| *login != audience);
    if expected.is_of_login
        && expected.is_just_issued()
        && login.is_some_and(|login| found.contains(&login))
    {
        return Diagnosis::RefreshNotAllowedForApi {
            audience,
            found: shown,
        };
    }
    if expected.login_named_no_api() && !found.is_empty() {
        return Diagnosis::DefaultAudienceAtLogin {
            audience,
            found: shown,
        };
    }
    let is_configured = |aud: &&str| config.apis().any(|api| api.audience() == Some(*aud));
    if !found.iter().any(is_configured) {
        if expected.is_ignored_resource() {
            return Diagnosis::ResourceIgnored { audience };
        }
        let is_for_no_api = found.is_empty() || found.contains(&config.client_id());
        if config.issuer().has_auth0_form() && !is_for_no_api {
            return Diagnosis::DefaultAudience {
                audience,
                variable,
                found: shown,
            };
        }
    }
    if expected.is_just_issued() {
        Diagnosis::WrongAudienceIssued {
            audience,
            variable,
            found: shown,
            parameter: config.audience_parameter(),
        }
    } else {
        Diagnosis::WrongAudience {
            audience,
            variable,
            found: shown,
        }
    }
}
