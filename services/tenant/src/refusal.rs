//! Refusals in JSON (RFC 6749 §5.2), with Auth0's words and status codes.

use std::borrow::Cow;

use axum::{
    Json,
    http::{StatusCode, header::WWW_AUTHENTICATE},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{jwe::EncryptionFailed, parameters::ParametersError, settings::ApiSettings};

/// An OAuth error answer.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    error: &'static str,
    description: Cow<'static, str>,
    challenge: bool,
}

impl Refusal {
    pub(crate) fn new(
        status: StatusCode,
        error: &'static str,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            status,
            error,
            description: description.into(),
            challenge: false,
        }
    }

    pub(crate) fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    /// Auth0 answers a bad grant with 403, where RFC 6749 says 400.
    pub(crate) fn invalid_grant(description: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "invalid_grant", description)
    }

    /// Auth0 answers a wrong client secret with 401 `access_denied`, where RFC 6749 says `invalid_client`.
    pub(crate) fn wrong_client(used_basic: bool) -> Self {
        Self {
            challenge: used_basic,
            ..Self::new(StatusCode::UNAUTHORIZED, "access_denied", "Unauthorized")
        }
    }

    /// An API whose *Application Access Policy* leaves the application out.
    pub(crate) fn api_closed(client_id: &str, api: &ApiSettings) -> Self {
        let description = closed_to(client_id, &api.identifier);
        Self::new(StatusCode::FORBIDDEN, "access_denied", description)
    }

    pub(crate) fn broken() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_error",
            "The local tenant failed; its log says why.",
        )
    }

    pub(crate) fn description(&self) -> &str {
        &self.description
    }
}

/// What Auth0 says to an application that may not use an API.
pub(crate) fn closed_to(client_id: &str, audience: &str) -> String {
    format!("Client \"{client_id}\" is not authorized to access resource server \"{audience}\".")
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": self.error, "error_description": self.description }));
        if self.challenge {
            // RFC 6749 §5.2: who tried Basic is told the scheme.
            (
                self.status,
                [(WWW_AUTHENTICATE, "Basic realm=\"tenant\"")],
                body,
            )
                .into_response()
        } else {
            (self.status, body).into_response()
        }
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "the database failed");
        Self::broken()
    }
}

impl From<jsonwebtoken::errors::Error> for Refusal {
    fn from(error: jsonwebtoken::errors::Error) -> Self {
        tracing::error!(%error, "signing failed");
        Self::broken()
    }
}

impl From<EncryptionFailed> for Refusal {
    fn from(error: EncryptionFailed) -> Self {
        tracing::error!(%error, "encryption failed");
        Self::broken()
    }
}

impl From<ParametersError> for Refusal {
    fn from(error: ParametersError) -> Self {
        Self::invalid_request(match error {
            ParametersError::Duplicate(name) => {
                format!(
                    "The parameter {} was sent more than once.",
                    crate::journal::quoted(&name)
                )
            }
            ParametersError::Unreadable => {
                "The body is neither a form nor a JSON object of strings.".to_owned()
            }
        })
    }
}
