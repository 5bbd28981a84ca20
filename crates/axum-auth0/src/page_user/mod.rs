//! Binds the calls and forms of a page to the user that the page was rendered for.
//!
//! A browser has one session, but a page stays open while another tab logs out and logs in as someone else. The cookie
//! of a call from that page is then the other user's. So a page repeats the value that it was rendered with:
//! [`PAGE_USER_HEADER`] on the calls of its scripts, [`PAGE_USER_FIELD`] in its forms (or in a query, for an event
//! stream or a WebSocket, which cannot have headers). The layer compares it with the user of the request before a
//! handler runs. Every answer that no cache may keep says for which user it is ([`CURRENT_USER_HEADER`]).
//!
//! The value names a user, not a login: a page stays valid when the same user logs in again. It is no secret and
//! grants nothing. A request without it is handled as if there were no such check.

mod extract;
mod tags;

use std::sync::Arc;

pub(crate) use self::{extract::page_user_of, tags::PageUserTags};

/// Request header with the [`PageUser`] of the page that makes the call.
pub const PAGE_USER_HEADER: &str = "auth0-page-user";

/// Name of the form field, or query parameter, with the [`PageUser`] of the page that holds the form.
pub const PAGE_USER_FIELD: &str = "auth0_page_user";

/// Response header with the [`PageUser`] of the user that the answer is for.
pub const CURRENT_USER_HEADER: &str = "auth0-current-user";

/// The value of a page that was rendered for an anonymous visitor. A tag is never that short.
const ANONYMOUS: &str = "anonymous";

/// The user that a page is rendered for, as an opaque value to repeat in its calls and forms.
///
/// [`CurrentUser::page_user`](crate::CurrentUser::page_user) returns the one of a request's user. As an extension of a
/// request it is the value that the request carries, which the layer has compared with the request's user.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageUser(Arc<str>);

impl PageUser {
    /// The value for pages of anonymous visitors.
    pub(crate) fn anonymous() -> Self {
        Self(ANONYMOUS.into())
    }

    pub(crate) fn from_text(value: &str) -> Self {
        Self(value.into())
    }

    /// A value from a request. An empty one says nothing.
    fn carried(value: &str) -> Option<Self> {
        (!value.is_empty()).then(|| Self(value.into()))
    }

    /// The value as text: ASCII letters, digits, `-` and `_`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the page was rendered for an anonymous visitor.
    pub fn is_anonymous(&self) -> bool {
        &*self.0 == ANONYMOUS
    }
}
