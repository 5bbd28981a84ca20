//! Guards that require scopes of the user's access token for an API.

use super::SignedInUser;
use crate::{
    authorization::{AccessDenied, Mode, Requirement},
    config::Api,
    tokens::{TokenError, TokenOptions},
};

impl Requirement {
    /// Requires a scope of the user's access token for the API `A`.
    ///
    /// ```
    /// use axum_auth0::{Api, Requirement};
    ///
    /// struct ProductsApi;
    ///
    /// impl Api for ProductsApi {
    ///     const ENV_PREFIX: &'static str = "PRODUCTS";
    ///     const SCOPES: &'static [&'static str] = &["read:products", "write:products"];
    /// }
    ///
    /// let editor = Requirement::scope::<ProductsApi>("write:products");
    /// let manager = editor.and(Requirement::role("manager"));
    /// # let _ = manager;
    /// ```
    pub fn scope<A: Api>(scope: impl Into<String>) -> Self {
        Self::all_scopes::<A, _>([scope])
    }

    /// Requires all of these scopes.
    pub fn all_scopes<A: Api, V: Into<String>>(scopes: impl IntoIterator<Item = V>) -> Self {
        Self::scopes_of(A::ENV_PREFIX, Mode::All, scopes)
    }

    /// Requires at least one of these scopes.
    pub fn any_scope<A: Api, V: Into<String>>(scopes: impl IntoIterator<Item = V>) -> Self {
        Self::scopes_of(A::ENV_PREFIX, Mode::Any, scopes)
    }
}

/// Error of a guard that may need an access token.
///
/// As a response it is that of [`AccessDenied`] or [`TokenError`].
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// The user lacks roles, permissions or scopes.
    #[error(transparent)]
    Denied(#[from] AccessDenied),
    /// There is no access token whose scopes could be checked.
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl axum::response::IntoResponse for AccessError {
    fn into_response(self) -> axum::response::Response {
        match self {
            Self::Denied(denied) => denied.into_response(),
            Self::Token(error) => error.into_response(),
        }
    }
}

impl SignedInUser {
    /// Requires a scope of the user's access token for the API `A`, which is refreshed if necessary. The API must have been requested
    /// with the scope: one that the provider did not grant to this user is missing.
    ///
    /// ```
    /// use axum_auth0::{AccessError, Api, SignedInUser};
    /// # struct ProductsApi;
    /// # impl Api for ProductsApi {
    /// #     const ENV_PREFIX: &'static str = "PRODUCTS";
    /// #     const SCOPES: &'static [&'static str] = &["write:products"];
    /// # }
    ///
    /// async fn edit(user: SignedInUser) -> Result<&'static str, AccessError> {
    ///     user.require_scope::<ProductsApi>("write:products").await?;
    ///     Ok("the form")
    /// }
    /// # let app: axum::Router = axum::Router::new().route("/edit", axum::routing::get(edit));
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`] if the token lacks the scope, [`AccessError::Token`] if there is no token.
    pub async fn require_scope<A: Api>(&self, scope: &str) -> Result<(), AccessError> {
        self.require_access(&Requirement::scope::<A>(scope)).await
    }

    /// Requires roles, permissions and scopes. Scopes are checked after the others; only they need an access token.
    ///
    /// # Errors
    ///
    /// [`AccessError::Denied`], and [`AccessError::Token`] if there is no token whose scopes could be checked.
    pub async fn require_access(&self, requirement: &Requirement) -> Result<(), AccessError> {
        self.check_claims(requirement)?;
        for api in requirement.apis() {
            let scopes = self.scopes(api).await?;
            let scopes: Vec<_> = scopes.iter().map(String::as_str).collect();
            requirement.check_scopes(api, &scopes)?;
        }
        Ok(())
    }

    /// Returns the scopes of the access token for `api`.
    async fn scopes(&self, api: &'static str) -> Result<Vec<String>, TokenError> {
        self.reject_head()?;
        let services = &self.services;
        let settings = services.apis.named(api)?;
        let options = TokenOptions {
            required_scopes: Some(Vec::new()),
            ..TokenOptions::default()
        };
        let token = services
            .tokens
            .access_token(&self.login, &settings, &options)
            .await?;
        Ok(token.scope)
    }
}
