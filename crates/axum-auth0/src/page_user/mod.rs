//! Binds the calls and forms of a page to the user that the page was rendered for.
//!
//! A browser has one session, but a page can stay open while another tab logs out and logs in as another user. Calls
//! from that page then carry the other user's cookie. Therefore a page repeats the value that it was rendered with:
//! [`PAGE_USER_HEADER`] on the calls of its scripts, [`PAGE_USER_FIELD`] in its forms (or in a query, for an event
//! stream or a WebSocket, which cannot have headers). A layer compares it with the user of the request before a handler
//! runs. Every response that caches must not store has a header with its user ([`CURRENT_USER_HEADER`]).
//!
//! The value identifies a user, not a login: a page stays valid when the same user logs in again. It is not a secret
//! and grants nothing. A request without it is not checked.

mod extract;
mod tags;

use std::sync::Arc;

pub(crate) use self::{extract::extract_page_user, tags::PageUserTags};

/// Request header with the [`PageUser`] of the page that makes the call.
pub const PAGE_USER_HEADER: &str = "auth0-page-user";

/// Name of the form field or query parameter with the [`PageUser`] of the page that holds the form.
pub const PAGE_USER_FIELD: &str = "auth0_page_user";

/// Response header with the [`PageUser`] of the user that the response is for.
pub const CURRENT_USER_HEADER: &str = "auth0-current-user";

/// The value of a page that was rendered without a session. Tags are longer.
const ANONYMOUS: &str = "anonymous";

/// The user that a page is rendered for, as an opaque value to repeat in its calls and forms.
///
/// [`CurrentUser::page_user`](crate::CurrentUser::page_user) returns the value of the user of a request. As a request
/// extension, it is the value that the request carries, after the check.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageUser(Arc<str>);

impl PageUser {
    /// Returns the value for pages without a session.
    pub(crate) fn anonymous() -> Self {
        Self(ANONYMOUS.into())
    }

    pub(crate) fn from_text(value: &str) -> Self {
        Self(value.into())
    }

    /// Returns the value from a request, or `None` if it is empty.
    fn from_request(value: &str) -> Option<Self> {
        (!value.is_empty()).then(|| Self(value.into()))
    }

    /// Returns the value as text: ASCII letters, digits, `-` and `_`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the page was rendered without a session.
    pub fn is_anonymous(&self) -> bool {
        &*self.0 == ANONYMOUS
    }
}
