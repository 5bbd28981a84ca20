//! The JSON format of errors.

use super::{ApiFailure, AuthError, Explanation, ServerFnErrorExt as _};
use serde::{Serialize, Serializer, ser::SerializeMap as _};

/// The JSON of every error. It is one flat object, so that the browser needs little code to read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, miniserde::Deserialize)]
pub struct ErrorBody {
    /// The code of [`ServerFnErrorExt::code`](crate::ServerFnErrorExt::code).
    pub code: String,
    /// Seconds to wait before a retry.
    pub retry_after_secs: Option<u32>,
    /// The problem of the configuration.
    pub explanation: Option<Explanation>,
    /// The rejected fields of a form.
    pub fields: Option<Vec<FieldProblem>>,
}

/// A rejected field of a form and the reason. Both are codes, not sentences.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, miniserde::Deserialize)]
pub struct FieldProblem {
    /// Name of the field.
    pub field: String,
    /// Reason why it was rejected.
    pub problem: String,
}

/// Omits absent members.
impl Serialize for ErrorBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_map(None)?;
        body.serialize_entry("code", &self.code)?;
        if let Some(seconds) = self.retry_after_secs {
            body.serialize_entry("retry_after_secs", &seconds)?;
        }
        if let Some(explanation) = &self.explanation {
            body.serialize_entry("explanation", explanation)?;
        }
        if let Some(fields) = &self.fields {
            body.serialize_entry("fields", fields)?;
        }
        body.end()
    }
}

impl ErrorBody {
    /// Creates a body that contains only a code.
    pub fn new(code: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            ..Self::default()
        }
    }
}

impl From<AuthError> for ErrorBody {
    fn from(error: AuthError) -> Self {
        let mut body = Self::new(error.code());
        match error {
            AuthError::Misconfigured(explanation) => body.explanation = Some(explanation),
            AuthError::ProviderUnavailable { retry_after_secs } => {
                body.retry_after_secs = retry_after_secs;
            }
            _ => {}
        }
        body
    }
}

impl From<ErrorBody> for AuthError {
    fn from(body: ErrorBody) -> Self {
        match (body.code.as_str(), body.explanation) {
            ("sign_in_required", _) => Self::SignInRequired,
            ("forbidden", _) => Self::Forbidden,
            ("user_changed", _) => Self::UserChanged,
            ("misconfigured", Some(explanation)) => Self::Misconfigured(explanation),
            ("provider_unavailable", _) => Self::ProviderUnavailable {
                retry_after_secs: body.retry_after_secs,
            },
            ("store_unavailable", _) => Self::StoreUnavailable,
            ("api_bad_answer", _) => Self::ApiUnavailable(ApiFailure::InvalidResponse),
            ("api_busy", _) => Self::ApiUnavailable(ApiFailure::Busy),
            ("api_timed_out", _) => Self::ApiUnavailable(ApiFailure::TimedOut),
            ("bad_request", _) => Self::BadRequest,
            ("network", _) => Self::Network,
            _ => Self::Internal,
        }
    }
}
