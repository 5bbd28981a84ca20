//! The problems of a login that does not start.

use super::super::{outcome::Outcome, problem::Problem};
use axum_auth0::{DiagnosisCode, config::Config};

pub(super) fn unknown_client(config: &Config) -> Problem {
    Problem::new(
        DiagnosisCode::ClientRejected.as_str(),
        format!(
            "It knows no application with the Client ID `{}`.",
            config.client_id()
        ),
        "Compare AUTH0_CLIENT_ID and AUTH0_DOMAIN with Auth0 dashboard > Applications > your application > Settings.",
    )
}

pub(super) fn refused_with_page(config: &Config, bad: &Outcome) -> Problem {
    Problem::new(
        "login_refused",
        format!("Asked for a login, the provider {}.", bad.describe()),
        format!(
            "Open {} in a browser: the page may say more. Most often the callback URL {} is not registered, or the \
             application may not ask for what it asks for.",
            config.site_url(config.routes().login_path()),
            config.site_url(config.routes().callback_path())
        ),
    )
}

pub(super) fn scopes_of(config: &Config) -> String {
    let variables = config.scope_variables();
    let each = variables
        .iter()
        .map(|of| format!("{} asks for `{}`", of.variable, of.scopes.join(" ")));
    format!("{}.", each.collect::<Vec<_>>().join("; "))
}
