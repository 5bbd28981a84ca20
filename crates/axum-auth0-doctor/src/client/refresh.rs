//! Checks that tokens can be refreshed. Only a login shows whether the provider issues a refresh token; the metadata is
//! a hint.

use super::{Answer, Answers, Check, Credentials, Problem, credentials, describe};
use axum_auth0::{Diagnosis, DiagnosisCode, config::Config, provider::Metadata};

pub(super) const REFRESH: &str = "refresh";

/// Checks refresh. A site without refresh works until the access token expires, so only a rejected request is a
/// problem.
pub(super) fn check(config: &Config, metadata: &Metadata, answers: &Answers) -> Check {
    if !config.scope().iter().any(|scope| scope == "offline_access") {
        return Check::warning(
            REFRESH,
            "No login asks for a refresh token.",
            Problem {
                cause: "AUTH0_SCOPE lacks offline_access, so most providers issue no refresh token, and users have to log in \
                        again when their access token ends."
                    .to_owned(),
                ..Problem::from(Diagnosis::NoRefreshToken { is_requested: false })
            },
        );
    }
    let credentials = credentials(answers);
    if let Some(diagnosis) = refused_grant(answers, &credentials) {
        return Check::problem(
            REFRESH,
            "The application may not refresh tokens.",
            diagnosis,
        );
    }
    let takes_refreshes =
        matches!(&answers.real, Answer::Refused { code, .. } if code == "invalid_grant");
    if let Some(hint) = hint(metadata, takes_refreshes) {
        return hint;
    }
    match credentials {
        Credentials::Rejected(_) => Check::skipped(
            REFRESH,
            "Not checked: the provider does not accept the application.",
        ),
        Credentials::Accepted if takes_refreshes => Check::ok(
            REFRESH,
            "The provider takes refresh requests of this application; whether a login brings a refresh token shows after \
             one.",
        ),
        Credentials::Accepted | Credentials::Unknown(_) => Check::skipped(
            REFRESH,
            format!(
                "Could not be checked: asked for a refresh with a token that does not exist, the provider {}.",
                describe(&answers.real)
            ),
        ),
    }
}

/// Returns the diagnosis if the provider rejects the grant (RFC 6749 §5.2). `unauthorized_client` concerns the grant
/// only if the provider responds differently to another secret, because some providers send it for wrong credentials.
fn refused_grant(answers: &Answers, credentials: &Credentials) -> Option<Diagnosis> {
    let Answer::Refused { code, description } = &answers.real else {
        return None;
    };
    let description = description.as_deref();
    match code.as_str() {
        "unsupported_grant_type" => Some(Diagnosis::grant_not_allowed(code, description)),
        "unauthorized_client" if *credentials == Credentials::Accepted => {
            let diagnosis = Diagnosis::of_error_response(code, description, None);
            (diagnosis.code() == DiagnosisCode::GrantNotAllowed).then_some(diagnosis)
        }
        _ => None,
    }
}

/// Returns a warning if the metadata does not list what a refresh needs. This is a hint only, because RFC 8414 §2
/// allows a provider to omit scopes and grants. Ignores the listed grants if the provider accepted a refresh request.
fn hint(metadata: &Metadata, takes_refreshes: bool) -> Option<Check> {
    let lacks = |list: &Option<Vec<String>>, word: &str| {
        list.as_ref()
            .is_some_and(|words| words.iter().all(|known| known != word))
    };
    let missing = if lacks(&metadata.scopes_supported, "offline_access") {
        "the scope offline_access"
    } else if !takes_refreshes && lacks(&metadata.grant_types_supported, "refresh_token") {
        "the grant refresh_token"
    } else {
        return None;
    };
    Some(Check::warning(
        REFRESH,
        format!(
            "Whether logins bring refresh tokens is not certain: the provider does not list {missing}."
        ),
        Problem {
            cause: format!(
                "The provider's metadata does not list {missing}. That is a hint only: many providers support what they do not \
                 list. Logins ask for offline_access; if one brings no refresh token, users have to log in again when their \
                 access token ends."
            ),
            ..Problem::from(Diagnosis::NoRefreshToken { is_requested: true })
        },
    ))
}
