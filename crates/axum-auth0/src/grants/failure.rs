//! Errors of the token endpoint in other grants.

use crate::{
    diagnosis::{Diagnosis, printable},
    oauth::EndpointError,
    tokens::{SubjectTokenError, TokenError},
};

/// The meaning of an error of the token endpoint for the caller.
#[derive(Debug)]
pub(crate) enum GrantFailure {
    /// A misconfiguration or an outage.
    Token(TokenError),
    /// The provider refuses this subject, not every request.
    Refused {
        code: String,
        description: Option<String>,
    },
    /// The response cannot be used.
    InvalidResponse(&'static str),
}

impl GrantFailure {
    /// Interprets `error` and logs it, with a diagnosis if the configuration is the cause. `audience` comes with its variable.
    pub(crate) fn of(
        error: &EndpointError,
        grant_type: &'static str,
        audience: Option<(&str, &str)>,
    ) -> Self {
        let failure = Self::interpret(error, grant_type, audience);
        match &failure {
            Self::Token(TokenError::Misconfigured(diagnosis)) => {
                diagnosis.log("token request failed");
            }
            // A description may name the user.
            Self::Refused { code, .. } => {
                tracing::info!(grant_type, code, "the provider refused a token request");
            }
            _ => tracing::warn!(grant_type, %error, "token request failed"),
        }
        failure
    }

    /// Interprets the error of an exchange of a refresh token. A token error is already logged.
    pub(crate) fn of_subject_token(error: SubjectTokenError, grant_type: &'static str) -> Self {
        match error {
            SubjectTokenError::Token(error) => Self::Token(error),
            SubjectTokenError::Endpoint(error) => Self::of(&error, grant_type, None),
        }
    }

    fn interpret(
        error: &EndpointError,
        grant_type: &'static str,
        audience: Option<(&str, &str)>,
    ) -> Self {
        match error {
            EndpointError::ErrorResponse { code, description } => {
                let text = description.as_deref();
                match Diagnosis::of_error_response(code, text, audience) {
                    Diagnosis::GrantNotAllowed { .. } => {
                        Self::misconfigured(Diagnosis::grant_refused(code, text, grant_type))
                    }
                    Diagnosis::RefusedByProvider { .. } if code == "unsupported_grant_type" => {
                        Self::misconfigured(Diagnosis::grant_refused(code, text, grant_type))
                    }
                    Diagnosis::RefusedByProvider { error, description } => Self::Refused {
                        code: error,
                        description: description.as_deref().map(printable),
                    },
                    diagnosis => Self::misconfigured(diagnosis),
                }
            }
            EndpointError::NotBound => Self::misconfigured(Diagnosis::DpopIgnored),
            EndpointError::InvalidResponse(problem) => Self::InvalidResponse(problem),
            EndpointError::Unavailable { retry_after, .. } => {
                Self::Token(TokenError::ProviderUnavailable {
                    retry_after: *retry_after,
                })
            }
            EndpointError::NotSupported { setting, missing } => {
                Self::misconfigured(Diagnosis::not_supported(setting, [*missing]))
            }
            EndpointError::UnexpectedStatus { .. }
            | EndpointError::Intercepted { .. }
            | EndpointError::NoRevocationEndpoint => {
                Self::Token(TokenError::ProviderUnavailable { retry_after: None })
            }
        }
    }

    fn misconfigured(diagnosis: Diagnosis) -> Self {
        Self::Token(TokenError::Misconfigured(Box::new(diagnosis)))
    }
}
