//! Error responses in JSON (RFC 6749 §5.2), with the texts and status codes of Auth0.

use std::borrow::Cow;

use axum::{
    Json,
    http::{StatusCode, header::WWW_AUTHENTICATE},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{internal_error::InternalError, parameters::ParametersError};
use crate::{activity_log::quoted, dpop::DpopError, keys::SignError, settings::ApiSettings};

/// An OAuth error response.
#[derive(Debug)]
pub(crate) struct OAuthError {
    status: StatusCode,
    error: &'static str,
    description: Cow<'static, str>,
    /// Whether the response contains `WWW-Authenticate`.
    challenge: bool,
    source: Option<Box<InternalError>>,
}

impl OAuthError {
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
            source: None,
        }
    }

    pub(crate) fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    /// Auth0 responds to an invalid grant with 403, where RFC 6749 requires 400.
    pub(crate) fn invalid_grant(description: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "invalid_grant", description)
    }

    /// Client authentication failed. Auth0 responds with `access_denied`, where RFC 6749 requires `invalid_client`.
    pub(crate) fn invalid_client(used_basic: bool) -> Self {
        Self {
            challenge: used_basic,
            ..Self::new(StatusCode::UNAUTHORIZED, "access_denied", "Unauthorized")
        }
    }

    /// The API's *Application Access Policy* excludes the application.
    pub(crate) fn client_not_authorized(client_id: &str, api: &ApiSettings) -> Self {
        let description = client_not_authorized(client_id, &api.identifier);
        Self::new(StatusCode::FORBIDDEN, "access_denied", description)
    }

    pub(crate) fn description(&self) -> &str {
        &self.description
    }
}

/// Returns Auth0's description of an API that the application may not use.
pub(crate) fn client_not_authorized(client_id: &str, audience: &str) -> String {
    format!("Client \"{client_id}\" is not authorized to access resource server \"{audience}\".")
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        if let Some(source) = &self.source {
            source.log();
        }
        let body = Json(json!({ "error": self.error, "error_description": self.description }));
        if self.challenge {
            // RFC 6749 §5.2: a client that used Basic receives the matching challenge.
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

/// RFC 9449 §5, §8.
impl From<DpopError> for OAuthError {
    fn from(error: DpopError) -> Self {
        match error {
            DpopError::Invalid(description) => {
                Self::new(StatusCode::BAD_REQUEST, "invalid_dpop_proof", description)
            }
            DpopError::UseNonce => Self::new(
                StatusCode::BAD_REQUEST,
                "use_dpop_nonce",
                "The DPoP proof needs the nonce of the response.",
            ),
        }
    }
}

impl From<InternalError> for OAuthError {
    fn from(source: InternalError) -> Self {
        Self {
            source: Some(Box::new(source)),
            ..Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "server_error",
                "The local tenant failed. Its log contains the cause.",
            )
        }
    }
}

impl From<sqlx::Error> for OAuthError {
    fn from(error: sqlx::Error) -> Self {
        InternalError::from(error).into()
    }
}

impl From<SignError> for OAuthError {
    fn from(error: SignError) -> Self {
        InternalError::from(error).into()
    }
}

impl From<ParametersError> for OAuthError {
    fn from(error: ParametersError) -> Self {
        Self::invalid_request(match error {
            ParametersError::Duplicate(name) => {
                format!("The parameter {} was sent more than once.", quoted(&name))
            }
            ParametersError::InvalidBody => {
                "The body is neither a form nor a JSON object of strings.".to_owned()
            }
        })
    }
}
