//! The closed list of errors between a page and an API that requires the user's token.

use super::AccessDenied;
use serde::{Deserialize, Serialize};

/// Reason why a call on the user's behalf failed, in a form that the browser may receive.
///
/// No variant carries text from a lower layer: [`Explanation`] contains sentences that were written for users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", content = "details", rename_all = "snake_case")]
#[non_exhaustive]
pub enum AuthError {
    /// No user is signed in, or the session ended. 401.
    #[error("Please log in to continue.")]
    SignInRequired,
    /// The login of the user is not recent or strong enough; nothing was done. A form waits at the server: the browser opens
    /// the login, and the form is sent after it. 401.
    #[error("Please confirm who you are to continue.")]
    StepUpRequired(StepUpLogin),
    /// The user is signed in but lacks permission. 403.
    #[error("Your account is not allowed to do this.")]
    Forbidden,
    /// The user lacks a role or a permission. 403.
    #[error("{0}")]
    AccessDenied(AccessDenied),
    /// The page was rendered for another user than the one who is signed in now, so the call was not executed. Sent by
    /// the engine's layer; the page reloads. 409.
    #[error("Someone else is signed in now, so nothing was done. Please open this page again.")]
    UserChanged,
    /// The site's configuration prevents the call; the explanation contains the fix. 500.
    #[error("{}", .0.cause)]
    Misconfigured(Explanation),
    /// The login provider is unreachable or refused the request. 503.
    #[error("The login service does not answer at the moment. Please try again shortly.")]
    ProviderUnavailable {
        /// Seconds to wait before a retry, if the provider sent them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_secs: Option<u32>,
    },
    /// The store of sessions and tokens is unavailable. 503.
    #[error("Your login cannot be checked at the moment. Please try again shortly.")]
    StoreUnavailable,
    /// The API behind this site failed. 502, 503 or 504.
    #[error("{0}")]
    ApiUnavailable(ApiFailure),
    /// The call is malformed: an argument is missing or cannot be parsed. 400.
    #[error("The site did not understand this request.")]
    BadRequest,
    /// The browser could not reach this site. Never sent by the server.
    #[error("This site cannot be reached. Check your connection and try again.")]
    Network,
    /// Any other error; the cause is in the server's log. 500.
    #[error("Something went wrong on our side. Please try again.")]
    Internal,
}

/// The login that an action requires (RFC 9470).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StepUpLogin {
    /// How many seconds ago the user may have logged in at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u32>,
    /// The accepted authentication context classes, such as that of a second factor; empty if none is required.
    pub acr_values: Vec<String>,
    /// The path and query of the login. After it, the form is sent, or the page is opened again.
    pub login_url: String,
}

/// The kind of failure of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ApiFailure {
    /// It is unreachable, or its response is invalid. 502.
    #[error("The service behind this page could not be reached. Please try again shortly.")]
    InvalidResponse,
    /// It is unavailable or limits the rate of requests. 503.
    #[error("The service behind this page is busy. Please try again shortly.")]
    Busy,
    /// It did not respond in time. 504.
    #[error("The service behind this page took too long to answer. Please try again shortly.")]
    TimedOut,
}

/// A problem of the configuration and its fix, in sentences for users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// A stable code for programs, such as `audience_missing`.
    pub code: String,
    /// The cause, in one or two sentences.
    pub cause: String,
    /// The setting to change, and where. `None` unless the site exposes diagnoses (`AUTH0_EXPOSE_DIAGNOSES`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}
