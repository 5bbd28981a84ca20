//! Whether a login requires a second factor, and whether its user can give one.

use sqlx::SqliteConnection;

use super::{error::ErrorRedirect, prompt::Need};
use crate::{
    state::AppState,
    store::{
        authorization_request::{AuthorizationRequest, SecondFactor},
        second_factors,
        sessions::Session,
    },
};

/// Returns what a login of this session still needs.
pub(super) async fn need(
    state: &AppState,
    connection: &mut SqliteConnection,
    request: &AuthorizationRequest,
    session: &Session,
) -> Result<Need, sqlx::Error> {
    let is_required = state.requires_second_factor() || request.second_factor.is_essential();
    if request.second_factor == SecondFactor::Unsupported {
        return Ok(Need::Unavailable);
    }
    if !is_required && request.second_factor == SecondFactor::NotRequested {
        return Ok(Need::Nothing);
    }
    if second_factors::given_at(connection, session)
        .await?
        .is_some()
    {
        return Ok(Need::Nothing);
    }
    let now = state.now();
    let has_one = second_factors::current_code(connection, &session.sub, now).await?;
    Ok(match (has_one, is_required) {
        (Some(_), _) => Need::Code,
        (None, true) if state.config.second_factor_enrollment => Need::Enrollment,
        (None, true) => Need::Unavailable,
        (None, false) => Need::Nothing,
    })
}

/// Returns the error of a login that requires a second factor, of a user who cannot have one (OpenID Connect Core Error Code
/// `unmet_authentication_requirements`).
pub(super) fn unmet(request: &AuthorizationRequest) -> ErrorRedirect {
    ErrorRedirect {
        redirect_uri: request.redirect_uri.clone(),
        state: request.state.clone(),
        error: "unmet_authentication_requirements",
        description: "The required authentication is not available for this user.".to_owned(),
        fix: " The user has no second factor and cannot set one up, or the tenant does not support the requested acr."
            .to_owned(),
    }
}
