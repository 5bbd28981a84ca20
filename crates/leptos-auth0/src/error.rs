//! The closed list of what can go wrong between a page and an API that needs the user's token.

use crate::{ErrorBody, ErrorJson, ServerFnAnswer, decode_error, encode_error};
use leptos::server_fn::{
    Bytes,
    error::{FromServerFnError, ServerFnErrorErr},
};

/// Why a call on the user's behalf failed, as the browser may know it.
///
/// No variant carries text from a lower layer: [`Explanation`] holds sentences that were written for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// Nobody is signed in, or the session ended. 401.
    #[error("Please log in to continue.")]
    SignInRequired,
    /// The user is signed in and may not do this. 403.
    #[error("Your account is not allowed to do this.")]
    Forbidden,
    /// The page was rendered for another user than the one who is signed in now, so nothing was done. Sent by the
    /// engine's layer; the page loads itself again. 409.
    #[error("Someone else is signed in now, so nothing was done. Please open this page again.")]
    UserChanged,
    /// The site's configuration prevents it; the explanation says what to change and where. 500.
    #[error("{}", .0.cause)]
    Misconfigured(Explanation),
    /// The login provider could not be reached or refused to work. 503.
    #[error("The login service does not answer at the moment. Please try again shortly.")]
    ProviderUnavailable {
        /// When it is worth another try, in seconds, if the provider said so.
        retry_after_secs: Option<u32>,
    },
    /// The store of sessions and tokens could not be reached. 503.
    #[error("Your login cannot be checked at the moment. Please try again shortly.")]
    StoreUnavailable,
    /// The API behind this site failed. 502, 503 or 504, by fault.
    #[error("{0}")]
    ApiUnavailable(ApiFault),
    /// The call itself was malformed: an argument was missing or could not be read. 400.
    #[error("The site did not understand this request.")]
    BadRequest,
    /// The browser could not reach this site. Never sent by the server.
    #[error("This site cannot be reached. Check your connection and try again.")]
    Network,
    /// Anything else; the cause is in the server's log. 500.
    #[error("Something went wrong on our side. Please try again.")]
    Internal,
}

/// How an API failed to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiFault {
    /// It could not be reached, or what it answered made no sense. 502.
    #[error("The service behind this page could not be reached. Please try again shortly.")]
    BadAnswer,
    /// It said that it cannot work now. 503.
    #[error("The service behind this page is busy. Please try again shortly.")]
    Busy,
    /// It did not answer in time. 504.
    #[error("The service behind this page took too long to answer. Please try again shortly.")]
    TimedOut,
}

/// What is wrong with the configuration and what to do about it, in sentences for people.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, miniserde::Deserialize)]
pub struct Explanation {
    /// A stable word for programs, such as `audience_missing`.
    pub code: String,
    /// What is wrong, in one or two sentences.
    pub cause: String,
    /// Exactly what to set, and where.
    pub fix: String,
}

impl ServerFnAnswer for AuthError {
    fn status(&self) -> u16 {
        match self {
            Self::SignInRequired => 401,
            Self::Forbidden => 403,
            Self::BadRequest => 400,
            Self::UserChanged => 409,
            Self::Misconfigured(_) | Self::Internal => 500,
            Self::ApiUnavailable(ApiFault::BadAnswer) | Self::Network => 502,
            Self::ProviderUnavailable { .. }
            | Self::StoreUnavailable
            | Self::ApiUnavailable(ApiFault::Busy) => 503,
            Self::ApiUnavailable(ApiFault::TimedOut) => 504,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::SignInRequired => "sign_in_required",
            Self::Forbidden => "forbidden",
            Self::UserChanged => "user_changed",
            Self::Misconfigured(_) => "misconfigured",
            Self::ProviderUnavailable { .. } => "provider_unavailable",
            Self::StoreUnavailable => "store_unavailable",
            Self::ApiUnavailable(ApiFault::BadAnswer) => "api_bad_answer",
            Self::ApiUnavailable(ApiFault::Busy) => "api_busy",
            Self::ApiUnavailable(ApiFault::TimedOut) => "api_timed_out",
            Self::BadRequest => "bad_request",
            Self::Network => "network",
            Self::Internal => "internal",
        }
    }

    fn auth(&self) -> Option<&AuthError> {
        Some(self)
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
            ("api_bad_answer", _) => Self::ApiUnavailable(ApiFault::BadAnswer),
            ("api_busy", _) => Self::ApiUnavailable(ApiFault::Busy),
            ("api_timed_out", _) => Self::ApiUnavailable(ApiFault::TimedOut),
            ("bad_request", _) => Self::BadRequest,
            ("network", _) => Self::Network,
            _ => Self::Internal,
        }
    }
}

impl FromServerFnError for AuthError {
    type Encoder = ErrorJson;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        // The texts of these are for developers, and quote what was sent: they stay on this side.
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::BadRequest,
            ServerFnErrorErr::Request(_) => Self::Network,
            _ => Self::Internal,
        }
    }

    fn ser(&self) -> Bytes {
        encode_error(self)
    }

    fn de(data: Bytes) -> Self {
        decode_error(data)
    }
}

#[cfg(test)]
mod tests;
