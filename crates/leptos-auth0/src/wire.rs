//! What an error looks like between server and browser, and what everyone does when one passes.

use crate::{AuthError, ErrorJson, Explanation, half};
use leptos::server_fn::{
    Bytes, Decodes as _, Encodes as _,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Serialize, Serializer, ser::SerializeMap as _};

/// An error that answers a server function: how it looks to programs.
///
/// An app with errors of its own implements this for them, conversions from and into [`ErrorBody`], and
/// [`FromServerFnError`] with [`encode_error`] and [`decode_error`]; statuses, redirects of plain forms and the notice
/// of an ended session follow from it.
pub trait ServerFnAnswer {
    /// The HTTP status.
    fn status(&self) -> u16;

    /// A stable word in `snake_case` for programs, and for the query of a page that a plain form comes back to.
    fn code(&self) -> &'static str;

    /// The error of this crate inside, if that is what it is.
    fn auth(&self) -> Option<&AuthError>;

    /// When it is worth another try, in seconds.
    fn retry_after_secs(&self) -> Option<u32> {
        match self.auth() {
            Some(AuthError::ProviderUnavailable { retry_after_secs }) => *retry_after_secs,
            _ => None,
        }
    }
}

/// The JSON of every error: one flat object, so that the browser needs little code to read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, miniserde::Deserialize)]
pub struct ErrorBody {
    /// The word of [`ServerFnAnswer::code`].
    pub code: String,
    /// When it is worth another try, in seconds.
    pub retry_after_secs: Option<u32>,
    /// What is wrong with the configuration.
    pub explanation: Option<Explanation>,
    /// Which fields of a form were refused.
    pub fields: Option<Vec<FieldProblem>>,
}

/// A field of a form that was refused, and why; both are words, not sentences.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, miniserde::Deserialize)]
pub struct FieldProblem {
    /// Name of the field.
    pub field: String,
    /// Why it was refused.
    pub problem: String,
}

/// What an error does not have is not there.
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
    /// A body with nothing but its code.
    pub fn new(code: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            ..Self::default()
        }
    }
}

/// For [`FromServerFnError::ser`]: the error as JSON. On the server it also gives the answer its status or, for a
/// plain form, its way back.
pub fn encode_error<E: ServerFnAnswer + Clone + Into<ErrorBody>>(error: &E) -> Bytes {
    half::answer(error);
    ErrorJson::encode(error).unwrap_or_else(|_| Bytes::from_static(b"{\"code\":\"internal\"}"))
}

/// For [`FromServerFnError::de`]: the error from JSON. In the browser, one that says that the session ended makes
/// [`use_user`](crate::use_user) ask again, so that no page has to remember to.
pub fn decode_error<E: ServerFnAnswer + FromServerFnError + From<ErrorBody>>(data: Bytes) -> E {
    let error: E = ErrorJson::decode(data).unwrap_or_else(|_| {
        E::from_server_fn_error(ServerFnErrorErr::Deserialization(String::new()))
    });
    if matches!(error.auth(), Some(AuthError::SignInRequired)) {
        half::session_ended();
    }
    error
}

/// For a page that shows an error while it is rendered on the server: gives the page the status of the error. Does
/// nothing in the browser.
pub fn answer_page<E: ServerFnAnswer>(error: &E) {
    half::answer_page(error);
}
