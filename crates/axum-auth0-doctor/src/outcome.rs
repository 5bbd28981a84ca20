//! The provider's response to a login request.

use http::StatusCode;

use super::page_text::{printable, quoted};

/// The outcome of a login request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The provider redirects to the callback with a code, or with an error because no user is logged in.
    Accepted,
    /// The provider redirects to the callback with another error (RFC 6749 §4.1.2.1).
    Refused {
        code: String,
        description: Option<String>,
    },
    /// The provider refuses the pushed authorization request (RFC 9126 §2.3), so no browser is sent to it.
    PushRefused {
        code: String,
        description: Option<String>,
    },
    /// The provider shows a page that is not an error, or redirects to one. Usually this is the login page.
    LoginPage,
    /// The provider responds with an error page, or redirects to one. `text` is the text of the page.
    ErrorPage { status: StatusCode, text: String },
    /// The provider does not respond, or fails. `how` completes “The provider …”.
    Failed {
        status: Option<StatusCode>,
        how: String,
    },
}

impl Outcome {
    /// Returns whether the provider accepts the request.
    pub(super) fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted | Self::LoginPage)
    }

    /// Returns whether the provider redirects to the callback, with or without an error.
    pub(super) fn returned_to_callback(&self) -> bool {
        matches!(self, Self::Accepted | Self::Refused { .. })
    }

    /// Returns whether the request may be the cause. It is not if the provider is busy or unreachable.
    pub(super) fn may_concern_request(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::PushRefused { .. } | Self::ErrorPage { .. } => true,
            Self::Failed { status, .. } => {
                status.is_some_and(|status| status == StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::Accepted | Self::LoginPage => false,
        }
    }

    /// Returns code and description of an OAuth error.
    pub(super) fn oauth_error(&self) -> Option<(&str, Option<&str>)> {
        match self {
            Self::Refused { code, description } | Self::PushRefused { code, description } => {
                Some((code, description.as_deref()))
            }
            _ => None,
        }
    }

    /// Returns the text with which the provider refuses the request without a redirect to the callback.
    pub(super) fn refusal_text(&self) -> Option<String> {
        match self {
            Self::ErrorPage { text, .. } => Some(text.clone()),
            Self::PushRefused { code, description } => Some(format!(
                "{code} {}",
                description.as_deref().unwrap_or_default()
            )),
            _ => None,
        }
    }

    /// Returns a phrase that completes “The provider …” and quotes the provider.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Accepted => "sends the browser back".to_owned(),
            Self::Refused { code, description } => {
                let says = description.as_deref().unwrap_or_default();
                let code = printable(code);
                format!("refuses it with {code}{}", quoted(says))
            }
            Self::PushRefused { code, description } => {
                let says = description.as_deref().unwrap_or_default();
                let code = printable(code);
                format!("refuses the pushed request with {code}{}", quoted(says))
            }
            Self::LoginPage => "shows a page of its own".to_owned(),
            Self::ErrorPage { status, text } => {
                format!(
                    "answers with an error page of its own, status {}{}",
                    status.as_u16(),
                    quoted(text)
                )
            }
            Self::Failed { how, .. } => how.clone(),
        }
    }
}
