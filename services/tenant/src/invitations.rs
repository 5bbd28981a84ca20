//! `POST /dashboard/invitations`: creates an invitation, as an administrator or the Management API would.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};

use crate::{
    dashboard,
    pages::{
        error_page::ErrorPage,
        organization::{INVITATION_PATH, InvitationPage},
    },
    state::AppState,
    store::{applications, organizations},
};

pub(crate) async fn create(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ErrorPage> {
    let parameters = dashboard::form(&headers, &body)?;
    let id = parameters.get("organization").unwrap_or_default();
    let all = &state.config.organizations;
    let Some(organization) = all.iter().find(|organization| organization.id == id) else {
        return Err(ErrorPage::not_found());
    };
    let mut transaction = state.store.begin().await?;
    let applications = applications::list(&mut transaction).await?;
    let login = applications
        .iter()
        .find_map(|application| application.initiate_login_uri.clone());
    let mut link = login.ok_or_else(ErrorPage::not_found)?;
    let ticket = organizations::invite(&mut transaction, id, state.now()).await?;
    transaction.commit().await?;
    link.query_pairs_mut()
        .append_pair("invitation", &ticket)
        .append_pair("organization", id)
        .append_pair("organization_name", &organization.name);
    state.activity_log.granted(
        INVITATION_PATH,
        format!(
            "The dashboard made an invitation to {}.",
            organization.display_name
        ),
    );
    Ok(InvitationPage {
        display_name: &organization.display_name,
        link: link.as_str(),
    }
    .into_response())
}
