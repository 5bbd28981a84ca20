//! The error of a guard: the user lacks a role, a permission or a scope.

use std::fmt;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use serde::Serialize;
use serde_json::json;

/// Error of a guard: the user lacks roles, permissions or scopes.
///
/// As a response it is 403. Below the engine's layers, a navigation gets a page that says what is missing; other requests
/// get JSON: `code` is `access_denied`, and `details.missing` lists the grants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessDenied {
    /// What is missing. Empty if the requirement is an empty list, which is never satisfied.
    pub missing: Vec<MissingGrant>,
}

/// A role, a permission or a scope that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissingGrant {
    /// The kind.
    pub kind: GrantKind,
    /// The missing value, or several if one of them is enough.
    pub any_of: Vec<String>,
}

/// A kind of grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantKind {
    /// A role of the user.
    Role,
    /// A permission of the user.
    Permission,
    /// A scope of the user's access token for an API.
    Scope,
}

impl fmt::Display for MissingGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            GrantKind::Role => "role",
            GrantKind::Permission => "permission",
            GrantKind::Scope => "scope",
        };
        match self.any_of.as_slice() {
            [one] => write!(f, "the {kind} {one}"),
            several => write!(f, "one of the {kind}s {}", several.join(", ")),
        }
    }
}

impl fmt::Display for AccessDenied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing: Vec<_> = self.missing.iter().map(ToString::to_string).collect();
        if missing.is_empty() {
            f.write_str("the user is not allowed to do this")
        } else {
            write!(f, "the user lacks {}", missing.join(" and "))
        }
    }
}

impl std::error::Error for AccessDenied {}

impl IntoResponse for AccessDenied {
    fn into_response(self) -> Response {
        let body = json!({
            "code": "access_denied",
            "details": &self,
            "error": "access_denied",
            "error_description": self.to_string(),
        });
        let headers = [(header::CACHE_CONTROL, "no-store")];
        let mut response = (StatusCode::FORBIDDEN, headers, Json(body)).into_response();
        response.extensions_mut().insert(self);
        response
    }
}
