//! Guards for server functions that require roles, permissions or scopes.

use super::guards::require_user;
use crate::error::AuthError;
use axum_auth0::{AccessDenied, AccessError, Api, GrantKind, Requirement, SignedInUser};

/// Returns the signed-in user of the current request, if they have the role.
///
/// ```
/// # use leptos::prelude::*;
/// # use leptos_auth0::AuthError;
/// #[server]
/// async fn stock_report() -> Result<(), AuthError> {
///     use leptos_auth0::server::require_role;
///
///     let user = require_role("manager")?;
///     # let _ = user;
///     Ok(())
/// }
/// ```
///
/// # Errors
/// Those of [`require_user`], and [`AuthError::AccessDenied`].
pub fn require_role(role: &str) -> Result<SignedInUser, AuthError> {
    let user = require_user()?;
    user.require_role(role)?;
    Ok(user)
}

/// Returns the signed-in user of the current request, if they have the permission.
///
/// # Errors
/// Those of [`require_user`], and [`AuthError::AccessDenied`].
pub fn require_permission(permission: &str) -> Result<SignedInUser, AuthError> {
    let user = require_user()?;
    user.require_permission(permission)?;
    Ok(user)
}

/// Returns the signed-in user of the current request, if their access token for the API `A` has the scope. The token is refreshed
/// if necessary.
///
/// ```
/// # use leptos::prelude::*;
/// # use leptos_auth0::AuthError;
/// # #[cfg(feature = "ssr")]
/// # struct ProductsApi;
/// # #[cfg(feature = "ssr")]
/// # impl leptos_auth0::server::axum_auth0::Api for ProductsApi {
/// #     const ENV_PREFIX: &'static str = "PRODUCTS";
/// #     const SCOPES: &'static [&'static str] = &["write:products"];
/// # }
/// #[server]
/// async fn may_edit() -> Result<(), AuthError> {
///     use leptos_auth0::server::require_scope;
///
///     let user = require_scope::<ProductsApi>("write:products").await?;
///     # let _ = user;
///     Ok(())
/// }
/// ```
///
/// # Errors
/// Those of [`require_user`] and of [`SignedInUser::access_token`], and [`AuthError::AccessDenied`].
pub async fn require_scope<A: Api>(scope: &str) -> Result<SignedInUser, AuthError> {
    require_access(&Requirement::scope::<A>(scope)).await
}

/// Returns the signed-in user of the current request, if they have these roles, permissions and scopes.
///
/// # Errors
/// Those of [`require_user`], [`AuthError::AccessDenied`], and with scopes those of [`SignedInUser::access_token`].
pub async fn require_access(requirement: &Requirement) -> Result<SignedInUser, AuthError> {
    let user = require_user()?;
    user.require_access(requirement).await?;
    Ok(user)
}

impl From<AccessError> for AuthError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Denied(denied) => denied.into(),
            AccessError::Token(error) => error.into(),
            other => {
                tracing::error!(error = %other, "access not checked");
                Self::Internal
            }
        }
    }
}

impl From<AccessDenied> for AuthError {
    fn from(denied: AccessDenied) -> Self {
        let missing = denied.missing.into_iter();
        Self::AccessDenied(crate::error::AccessDenied {
            missing: missing
                .map(|grant| crate::error::MissingGrant {
                    kind: match grant.kind {
                        GrantKind::Role => crate::error::GrantKind::Role,
                        GrantKind::Permission => crate::error::GrantKind::Permission,
                        GrantKind::Scope => crate::error::GrantKind::Scope,
                    },
                    any_of: grant.any_of,
                })
                .collect(),
        })
    }
}
