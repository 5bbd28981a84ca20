//! The organization of the signed-in user, and the guard of handlers that require one.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::SignedInUser;
use crate::{
    organization::Organization,
    responses::{NegotiableError, json_error_with_code},
};

/// Error of a guard: the user is not signed in to the required organization.
///
/// As a response, below the engine's layers, a navigation is redirected to a login with that organization, which returns to
/// the page. Other requests get 403 with JSON, whose `code` is `organization_required`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the user is not signed in to the required organization")]
pub struct OrganizationRequired {
    organization: String,
}

impl OrganizationRequired {
    /// Returns the identifier or the name of the organization.
    pub fn organization(&self) -> &str {
        &self.organization
    }
}

impl IntoResponse for OrganizationRequired {
    fn into_response(self) -> Response {
        let text = self.to_string();
        let mut response =
            json_error_with_code(StatusCode::FORBIDDEN, "organization_required", &text);
        response
            .extensions_mut()
            .insert(NegotiableError::OrganizationRequired(self.organization));
        response
    }
}

impl SignedInUser {
    /// Returns the organization that the user logged in to (Auth0 Organizations): `org_id` and `org_name` of the ID token
    /// of the login. `None` if the login was without one, and in a session of an older version.
    pub fn organization(&self) -> Option<&Organization> {
        self.context.organization.as_ref()
    }

    /// Requires that the user is signed in to `organization`: an identifier (`org_…`) or a name.
    ///
    /// ```
    /// use axum::extract::Path;
    /// use axum_auth0::{OrganizationRequired, SignedInUser};
    ///
    /// async fn dashboard(
    ///     user: SignedInUser,
    ///     Path(organization): Path<String>,
    /// ) -> Result<String, OrganizationRequired> {
    ///     user.require_organization(&organization)?;
    ///     Ok(format!("The dashboard of {organization}"))
    /// }
    /// # let app: axum::Router = axum::Router::new().route("/o/{organization}", axum::routing::get(dashboard));
    /// ```
    ///
    /// # Errors
    ///
    /// [`OrganizationRequired`], whose response leads the user through a login; see there.
    pub fn require_organization(&self, organization: &str) -> Result<(), OrganizationRequired> {
        match self.organization() {
            Some(own) if own.is(organization) => Ok(()),
            _ => Err(OrganizationRequired {
                organization: organization.to_owned(),
            }),
        }
    }

    /// Returns the subject and the organization as one text. Pages and kept forms are bound to both: in another
    /// organization, a user sees and changes other data.
    pub(crate) fn page_identity(&self) -> Cow<'_, str> {
        match self.organization() {
            None => self.subject().into(),
            Some(organization) => format!("{}\0{}", self.subject(), organization.id()).into(),
        }
    }
}
