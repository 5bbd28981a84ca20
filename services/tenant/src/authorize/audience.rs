//! The API that a login asks for, or that the tenant chooses for it.

use sqlx::SqliteConnection;

use super::request::{RedirectRefusal, Rejection};
use crate::{
    journal::quoted,
    parameters::Parameters,
    refusal::closed_to,
    settings::ApiSettings,
    store::registry::{self, Application},
    tenant::Shared,
};

/// For which API the access token of a login will be.
pub(super) struct Audience {
    /// None: only for `/userinfo`.
    pub(super) api: Option<ApiSettings>,
    /// No API was asked for: it is the tenant's default.
    pub(super) by_default: bool,
    /// `resource` was sent and means nothing here.
    pub(super) ignored_resource: bool,
}

/// The API of a login, known and open to the application; `redirect_uri` is where a refusal goes.
pub(super) async fn of(
    shared: &Shared,
    connection: &mut SqliteConnection,
    application: &Application,
    parameters: &Parameters,
    redirect_uri: &str,
) -> Result<Audience, Rejection> {
    let refuse = |error, description, fix| {
        Rejection::Redirect(RedirectRefusal {
            redirect_uri: redirect_uri.to_owned(),
            state: parameters.owned("state"),
            error,
            description,
            fix,
        })
    };
    let requested = requested(shared, parameters)
        .map_err(|(error, description)| refuse(error, description.to_owned(), String::new()))?;
    let by_default = requested.is_none() && shared.default_audience.is_some();
    let ignored_resource = requested.is_none() && !parameters.resources().is_empty();
    let api = match requested.or_else(|| shared.default_audience.clone()) {
        None => None,
        Some(identifier) => match registry::api(connection, &identifier).await? {
            Some(api) if api.admits(&application.client_id) => Some(api),
            Some(api) => {
                return Err(refuse(
                    "access_denied",
                    closed_to(&application.client_id, &api.identifier),
                    how_to_open(&api, application),
                ));
            }
            None => {
                return Err(refuse(
                    "access_denied",
                    format!("Service not found: {}", quoted(&identifier)),
                    known_identifiers(connection).await?,
                ));
            }
        },
    };
    Ok(Audience {
        api,
        by_default,
        ignored_resource,
    })
}

/// `audience`, or `resource` (RFC 8707) where the tenant's setting says so.
fn requested(
    shared: &Shared,
    parameters: &Parameters,
) -> Result<Option<String>, (&'static str, &'static str)> {
    match (parameters.get("audience"), parameters.resources()) {
        (Some(audience), _) => Ok(Some(audience.to_owned())),
        (None, resources) if !shared.resource_parameter || resources.is_empty() => Ok(None),
        (None, [resource]) => Ok(Some(resource.clone())),
        (None, _) => Err((
            "invalid_target",
            "One access token is for one API: send one resource.",
        )),
    }
}

/// Which audiences there are, for somebody who sent another.
async fn known_identifiers(connection: &mut SqliteConnection) -> Result<String, sqlx::Error> {
    let apis = registry::apis(connection).await?;
    let identifiers: Vec<String> = apis.into_iter().map(|api| api.identifier).collect();
    Ok(format!(
        " No API of this tenant has that identifier, character by character; the identifiers are: {}.",
        identifiers.join(", ")
    ))
}

/// Where an administrator lets an application use an API.
fn how_to_open(api: &ApiSettings, application: &Application) -> String {
    format!(
        " The Application Access Policy of {} asks for a client grant, and {} has none: authorize it there (Applications > \
         APIs > {} > Application Access).",
        api.name, application.name, api.name
    )
}
