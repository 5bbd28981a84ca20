//! The organization of a login: `organization` and `invitation`, the check of the membership, and the page on which the user
//! selects an organization.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use sqlx::SqliteConnection;

use super::{
    error::ErrorRedirect,
    pending_login::{AUTHORIZE_PATH, AuthenticatedForm, ORGANIZATION_PATH, authenticated_login},
    prompt::Need,
    required_factor, response,
};
use crate::{
    http::{Parameters, redirect},
    pages::{error_page::ErrorPage, organization::OrganizationPage},
    settings::{OrganizationSettings, OrganizationUsage},
    state::AppState,
    store::{
        authorization_request::{AuthorizationRequest, RequestedOrganization},
        logins, organizations,
        sessions::Session,
    },
};

pub(crate) const PATH: &str = ORGANIZATION_PATH;

/// Returns the organization that a request names.
///
/// # Errors
///
/// Returns a description if it does not exist, or if the invitation is not valid.
pub(super) async fn requested(
    state: &AppState,
    connection: &mut SqliteConnection,
    parameters: &Parameters,
) -> Result<Result<Option<RequestedOrganization>, &'static str>, sqlx::Error> {
    let invitation = parameters.get_owned("invitation");
    let Some(named) = parameters.get("organization") else {
        return Ok(match invitation {
            None => Ok(None),
            Some(_) => Err("The parameter organization is required with an invitation."),
        });
    };
    let all = &state.config.organizations;
    let Some(organization) = all.iter().find(|organization| organization.is(named)) else {
        return Ok(Err(
            "The parameter organization is not an organization of this tenant.",
        ));
    };
    let id = organization.id.as_str();
    if let Some(ticket) = &invitation
        && !organizations::is_invitation(connection, ticket, id, state.now()).await?
    {
        return Ok(Err(
            "The invitation was not found or has already been used.",
        ));
    }
    Ok(Ok(Some(RequestedOrganization {
        id: id.to_owned(),
        display_name: organization.display_name.clone(),
        invitation,
    })))
}

/// Returns where an authenticated user goes: to the callback, with a code if the user is a member of the organization, or to
/// the page that asks for one.
pub(super) async fn next_url(
    state: &AppState,
    connection: &mut SqliteConnection,
    request: &AuthorizationRequest,
    session: &Session,
) -> Result<String, sqlx::Error> {
    let refused = |error, description: String| {
        state.activity_log.refused(AUTHORIZE_PATH, &*description);
        let error = ErrorRedirect {
            redirect_uri: request.redirect_uri.clone(),
            state: request.state.clone(),
            error,
            description,
            fix: String::new(),
        };
        response::error_url(state, &error)
    };
    let Some(requested) = &request.organization else {
        if state.config.organization_usage == OrganizationUsage::Allowed {
            return response::success_url(state, connection, request, session).await;
        }
        if request.prompt.none {
            let description = "An organization has to be selected".to_owned();
            return Ok(refused("interaction_required", description));
        }
        let login_id = logins::start(connection, request, Some(&session.sid), state.now()).await?;
        return Ok(format!("{PATH}?state={login_id}"));
    };
    let all = &state.config.organizations;
    let organization = all.iter().find(|known| known.id == requested.id);
    let is_member = match (organization, &requested.invitation) {
        (None, _) => false,
        (Some(organization), Some(ticket)) => {
            organizations::accept(connection, ticket, &organization.id, &session.sub).await?
        }
        (Some(organization), None) => {
            organizations::is_member(connection, organization, &session.sub).await?
        }
    };
    if is_member {
        response::success_url(state, connection, request, session).await
    } else {
        let (sub, id) = (&session.sub, &requested.id);
        let description = format!("user {sub} is not part of the {id} organization");
        Ok(refused("access_denied", description))
    }
}

/// Shows the organizations of the user.
pub(crate) async fn get(
    State(state): State<Arc<AppState>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let parameters = Parameters::from_query(query.as_deref())?;
    let login_id = parameters.get("state").unwrap_or_default();
    let (request, session) = authenticated_login(&state, &headers, login_id).await?;
    let mut connection = state.store.connection().await?;
    let organizations = of_user(&state, &mut connection, &session.sub).await?;
    Ok(OrganizationPage {
        action: PATH,
        request: &request,
        login_id,
        organizations: &organizations,
    }
    .into_response())
}

pub(crate) async fn post(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    let form = AuthenticatedForm::read(&state, &headers, &body).await?;
    let login_id = form.login_id().to_owned();
    let AuthenticatedForm {
        parameters,
        mut request,
        session,
    } = form;
    let selected = parameters.get("organization").unwrap_or_default();
    let all = &state.config.organizations;
    let selected = all.iter().find(|organization| organization.id == selected);
    request.organization = selected.map(|organization| RequestedOrganization {
        id: organization.id.clone(),
        display_name: organization.display_name.clone(),
        invitation: None,
    });
    let mut transaction = state.store.begin().await?;
    // A login that still waits for its second factor.
    if required_factor::need(&state, &mut transaction, &request, &session).await? != Need::Nothing {
        return Err(ErrorPage::login_not_found());
    }
    if !logins::finish(&mut transaction, &login_id).await? {
        return Err(ErrorPage::login_not_found());
    }
    let location = next_url(&state, &mut transaction, &request, &session).await?;
    transaction.commit().await?;
    Ok(redirect(&location))
}

async fn of_user<'s>(
    state: &'s AppState,
    connection: &mut SqliteConnection,
    sub: &str,
) -> Result<Vec<&'s OrganizationSettings>, sqlx::Error> {
    let mut own = Vec::new();
    for organization in &state.config.organizations {
        if organizations::is_member(connection, organization, sub).await? {
            own.push(organization);
        }
    }
    Ok(own)
}
