//! The guard of server functions that require an organization, and the switch to another one.

use super::{guards::require_user, request, response};
use crate::error::AuthError;
use axum_auth0::{FailedForms, OrganizationRequired, SignedInUser};
use http::request::Parts;
use leptos::prelude::use_context;

/// Returns the signed-in user of the current request, if they are signed in to `organization`: an identifier (`org_…`) or a
/// name.
///
/// # Errors
/// Those of [`require_user`], and [`AuthError::Forbidden`] in another organization.
pub fn require_organization(organization: &str) -> Result<SignedInUser, AuthError> {
    let user = require_user()?;
    user.require_organization(organization)?;
    Ok(user)
}

/// Redirects to a login with `organization`, which returns to the page of the form that called the server function.
///
/// The login creates another session, so no token of the former organization remains. If the user is not a member, or if the
/// provider logs in to another organization, the session stays as it is. A link needs no server function:
/// [`LoginLink`](crate::LoginLink) with `organization`.
///
/// ```
/// # use leptos::prelude::*;
/// # use leptos_auth0::AuthError;
/// #[server]
/// async fn open_organization(organization: String) -> Result<(), AuthError> {
///     leptos_auth0::server::switch_organization(&organization);
///     Ok(())
/// }
/// ```
pub fn switch_organization(organization: &str) {
    let page = use_context::<Parts>().and_then(|parts| FailedForms::page_of(&parts));
    let page = request::return_to_or_home(page.as_deref());
    let parameters = [("organization", organization)];
    response::see_other(&request::auth_routes().login_url_with(page.as_str(), parameters));
}

impl From<OrganizationRequired> for AuthError {
    fn from(_: OrganizationRequired) -> Self {
        Self::Forbidden
    }
}
