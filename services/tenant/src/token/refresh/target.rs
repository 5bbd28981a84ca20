//! The API and the scopes of a refresh.

use axum::http::StatusCode;
use sqlx::SqliteConnection;

use crate::{
    activity_log::quoted,
    http::{OAuthError, Parameters},
    scopes,
    settings::ApiSettings,
    state::AppState,
    store::{apis, applications::Application, grants::Grant},
};

/// The access token that a refresh issues.
pub(super) struct Target {
    pub(super) audience: Option<String>,
    pub(super) scopes: Vec<String>,
    /// The requested API, if the tenant ignores it and uses the API of the login.
    pub(super) ignored_audience: Option<String>,
}

/// Returns the requested API if the application's multi-resource policy contains it, otherwise, silently, the API of the login.
pub(super) async fn find_target(
    state: &AppState,
    connection: &mut SqliteConnection,
    application: &Application,
    grant: &Grant,
    parameters: &Parameters,
) -> Result<Target, OAuthError> {
    let resource = parameters
        .resources()
        .first()
        .filter(|_| state.config.resource_parameter);
    let requested = parameters.get("audience").or(resource.map(String::as_str));
    let scope = parameters.get("scope");
    let other = requested.filter(|requested| grant.audience.as_deref() != Some(requested));
    if let Some(audience) = other
        && let Some(policy) = application
            .multi_resource
            .iter()
            .find(|policy| policy.audience == audience)
        && let Some(api) = apis::find(connection, audience).await?
    {
        check_access(application, &api)?;
        return Ok(Target {
            audience: Some(audience.to_owned()),
            scopes: scopes::for_refresh_of_api(grant, policy, &api, scope),
            ignored_audience: None,
        });
    }
    // The settings may no longer contain the API of the login.
    if let Some(audience) = &grant.audience {
        let api = apis::find(connection, audience).await?.ok_or_else(|| {
            OAuthError::new(
                StatusCode::FORBIDDEN,
                "access_denied",
                format!("Service not found: {audience}"),
            )
        })?;
        check_access(application, &api)?;
    }
    Ok(Target {
        audience: grant.audience.clone(),
        scopes: scopes::for_refresh(grant, scope),
        ignored_audience: other.map(quoted),
    })
}

/// Checks the API's Application Access Policy, which may have changed since the login.
fn check_access(application: &Application, api: &ApiSettings) -> Result<(), OAuthError> {
    if api.allows_client(&application.client_id) {
        Ok(())
    } else {
        Err(OAuthError::client_not_authorized(
            &application.client_id,
            api,
        ))
    }
}
