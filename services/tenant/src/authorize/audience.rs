//! The API of a login: the requested one, or the tenant's default.

use sqlx::SqliteConnection;

use super::error::{AuthorizationError, ErrorRedirect};
use crate::{
    activity_log::quoted,
    http::{Parameters, client_not_authorized},
    settings::ApiSettings,
    state::AppState,
    store::{apis, applications::Application},
};

/// The API of a login's access token.
pub(super) struct Audience {
    /// `None` if the access token is for `/userinfo` only.
    pub(super) api: Option<ApiSettings>,
    /// Whether the request named no API and `api` is the tenant's default.
    pub(super) is_default: bool,
    /// Whether the request contained `resource` and the tenant ignored it.
    pub(super) ignored_resource: bool,
}

/// Finds the API of a login and checks that the application may use it. Errors are sent to `redirect_uri`.
pub(super) async fn find_audience(
    state: &AppState,
    connection: &mut SqliteConnection,
    application: &Application,
    parameters: &Parameters,
    redirect_uri: &str,
) -> Result<Audience, AuthorizationError> {
    let error_redirect = |error, description, fix| {
        AuthorizationError::Redirect(ErrorRedirect {
            redirect_uri: redirect_uri.to_owned(),
            state: parameters.get_owned("state"),
            error,
            description,
            fix,
        })
    };
    let requested = requested(state, parameters).map_err(|(error, description)| {
        error_redirect(error, description.to_owned(), String::new())
    })?;
    let is_default = requested.is_none() && state.config.default_audience.is_some();
    let ignored_resource = requested.is_none() && !parameters.resources().is_empty();
    let api = match requested.or_else(|| state.config.default_audience.clone()) {
        None => None,
        Some(identifier) => match apis::find(connection, &identifier).await? {
            Some(api) if api.allows_client(&application.client_id) => Some(api),
            Some(api) => {
                return Err(error_redirect(
                    "access_denied",
                    client_not_authorized(&application.client_id, &api.identifier),
                    how_to_authorize(&api, application),
                ));
            }
            None => {
                return Err(error_redirect(
                    "access_denied",
                    format!("Service not found: {}", quoted(&identifier)),
                    known_identifiers(connection).await?,
                ));
            }
        },
    };
    Ok(Audience {
        api,
        is_default,
        ignored_resource,
    })
}

/// Returns `audience`, or `resource` (RFC 8707) if the tenant's setting enables it.
fn requested(
    state: &AppState,
    parameters: &Parameters,
) -> Result<Option<String>, (&'static str, &'static str)> {
    match (parameters.get("audience"), parameters.resources()) {
        (Some(audience), _) => Ok(Some(audience.to_owned())),
        (None, resources) if !state.config.resource_parameter || resources.is_empty() => Ok(None),
        (None, [resource]) => Ok(Some(resource.clone())),
        (None, _) => Err((
            "invalid_target",
            "One access token is for one API: send one resource.",
        )),
    }
}

/// Lists the identifiers of all APIs.
async fn known_identifiers(connection: &mut SqliteConnection) -> Result<String, sqlx::Error> {
    let apis = apis::list(connection).await?;
    let identifiers: Vec<String> = apis.into_iter().map(|api| api.identifier).collect();
    Ok(format!(
        " No API of this tenant has exactly this identifier. The identifiers are: {}.",
        identifiers.join(", ")
    ))
}

/// Explains how an administrator authorizes an application for an API.
fn how_to_authorize(api: &ApiSettings, application: &Application) -> String {
    format!(
        " The Application Access Policy of {} requires a client grant, and {} has none. Authorize the application \
         (Applications > APIs > {} > Application Access).",
        api.name, application.name, api.name
    )
}
