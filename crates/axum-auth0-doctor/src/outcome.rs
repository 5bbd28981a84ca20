//! What a provider did with a login request.

use http::StatusCode;

use super::page_text::{printable, quoted};

/// What the provider did with the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It came back to our callback, with a code or because no user is logged in there.
    Accepted,
    /// It came back to our callback with another error (RFC 6749 §4.1.2.1).
    Refused {
        code: String,
        description: Option<String>,
    },
    /// It showed a page that is no error, or sent the browser to one: a login page, most likely.
    LoginPage,
    /// It answered with an error of its own, here or on a page elsewhere. The text is what it says.
    ErrorPage { status: StatusCode, text: String },
    /// It did not answer, or failed. The text completes “The provider …”.
    Failed {
        status: Option<StatusCode>,
        how: String,
    },
}

impl Outcome {
    /// Whether the provider went on with the request.
    pub(super) fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted | Self::LoginPage)
    }

    /// Whether it came back to our callback, whatever it said there.
    pub(super) fn returned_to_callback(&self) -> bool {
        matches!(self, Self::Accepted | Self::Refused { .. })
    }

    /// Whether something in the request may be the reason. That a provider is busy or out of reach is not.
    pub(super) fn may_concern_request(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::ErrorPage { .. } => true,
            Self::Failed { status, .. } => {
                status.is_some_and(|status| status == StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::Accepted | Self::LoginPage => false,
        }
    }

    /// What the provider did, to complete “The provider …”, with its own words.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Accepted => "sends the browser back".to_owned(),
            Self::Refused { code, description } => {
                let says = description.as_deref().unwrap_or_default();
                let code = printable(code);
                format!("refuses it with {code}{}", quoted(says))
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
