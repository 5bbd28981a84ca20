//! Guards for server functions that require roles or permissions.

use super::guards::require_user;
use crate::error::AuthError;
use axum_auth0::{AccessDenied, GrantKind, Requirement, SignedInUser};

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
    require_access(&Requirement::role(role))
}

/// Returns the signed-in user of the current request, if they have the permission.
///
/// # Errors
/// Those of [`require_user`], and [`AuthError::AccessDenied`].
pub fn require_permission(permission: &str) -> Result<SignedInUser, AuthError> {
    require_access(&Requirement::permission(permission))
}

/// Returns the signed-in user of the current request, if they have these roles and permissions.
///
/// # Errors
/// Those of [`require_user`], and [`AuthError::AccessDenied`].
pub fn require_access(requirement: &Requirement) -> Result<SignedInUser, AuthError> {
    let user = require_user()?;
    user.require_access(requirement)?;
    Ok(user)
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
                    },
                    any_of: grant.any_of,
                })
                .collect(),
        })
    }
}
