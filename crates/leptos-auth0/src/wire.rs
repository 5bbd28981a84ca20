//! What an error looks like between server and browser, and what everyone does when one passes.

use crate::{AuthError, Explanation, half};
use leptos::server_fn::{
    Bytes, Decodes, Encodes,
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// An error that answers a server function: how it looks to programs.
///
/// An app with errors of its own implements this for them, and [`FromServerFnError`] with [`encode_error`] and
/// [`decode_error`]; statuses, redirects of plain forms and the notice of an ended session follow from it.
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The word of [`ServerFnAnswer::code`].
    pub code: Cow<'static, str>,
    /// When it is worth another try, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_secs: Option<u32>,
    /// What is wrong with the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
    /// Which fields of a form were refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
}

/// A field of a form that was refused, and why; both are words, not sentences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// Name of the field.
    pub field: Cow<'static, str>,
    /// Why it was refused.
    pub problem: Cow<'static, str>,
}

impl ErrorBody {
    /// A body with nothing but its code.
    pub fn new(code: &'static str) -> Self {
        Self {
            code: Cow::Borrowed(code),
            ..Self::default()
        }
    }
}

/// For [`FromServerFnError::ser`]: the error as JSON. On the server it also gives the answer its status or, for a
/// plain form, its way back.
pub fn encode_error<E>(error: &E) -> Bytes
where
    E: ServerFnAnswer + FromServerFnError<Encoder = JsonEncoding> + Serialize,
{
    half::answer(error);
    <JsonEncoding as Encodes<E>>::encode(error)
        .unwrap_or_else(|_| Bytes::from_static(b"{\"code\":\"internal\"}"))
}

/// For [`FromServerFnError::de`]: the error from JSON. In the browser, one that says that the session ended makes
/// [`use_user`](crate::use_user) ask again, so that no page has to remember to.
pub fn decode_error<E>(data: Bytes) -> E
where
    E: ServerFnAnswer + FromServerFnError<Encoder = JsonEncoding> + for<'de> Deserialize<'de>,
{
    let error = <JsonEncoding as Decodes<E>>::decode(data).unwrap_or_else(|_| {
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

#[cfg(test)]
mod tests {
    use super::{decode_error, encode_error};
    use crate::{ApiFault, AuthError, Explanation, wire::ServerFnAnswer as _};

    fn all() -> Vec<AuthError> {
        vec![
            AuthError::SignInRequired,
            AuthError::Forbidden,
            AuthError::Misconfigured(Explanation {
                code: "audience_missing".into(),
                cause: "AUTH0_AUDIENCE is not set.".into(),
                fix: "Set it.".into(),
            }),
            AuthError::ProviderUnavailable {
                retry_after_secs: Some(7),
            },
            AuthError::StoreUnavailable,
            AuthError::ApiUnavailable(ApiFault::BadAnswer),
            AuthError::ApiUnavailable(ApiFault::Busy),
            AuthError::ApiUnavailable(ApiFault::TimedOut),
            AuthError::BadRequest,
            AuthError::Network,
            AuthError::Internal,
        ]
    }

    #[test]
    fn every_error_survives_the_way_to_the_browser() {
        for error in all() {
            assert_eq!(decode_error::<AuthError>(encode_error(&error)), error);
        }
    }

    #[test]
    fn every_error_has_a_code_of_its_own_and_an_error_status() {
        let mut codes: Vec<_> = all().iter().map(AuthError::code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all().len());
        assert!(
            all()
                .iter()
                .all(|error| (400..=504).contains(&error.status()))
        );
    }

    #[test]
    fn an_error_is_a_flat_object_named_by_its_code() {
        assert_eq!(
            &encode_error(&AuthError::SignInRequired)[..],
            br#"{"code":"sign_in_required"}"#
        );
    }

    #[test]
    fn nonsense_instead_of_an_error_is_an_internal_error() {
        for nonsense in [
            "",
            "<html>",
            "{}",
            "{\"code\":7}",
            "{\"code\":\"from the future\"}",
        ] {
            assert_eq!(
                decode_error::<AuthError>(nonsense.as_bytes().to_vec().into()),
                AuthError::Internal
            );
        }
    }
}
