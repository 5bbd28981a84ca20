//! The current user as a signal: present in the first HTML, and fetched again when it may have changed.

use crate::{
    auth_routes::AuthRoutes,
    auth_snapshot::AuthSnapshot,
    page_user::ANONYMOUS,
    session_end::{RemainingSession, SessionEnd},
    user::User,
};
use leptos::{prelude::*, reactive::traits::ReadUntracked};
use std::panic::Location;

/// The current user: `Some` while a user is signed in. [`use_user`](crate::use_user) returns it anywhere in the app.
///
/// It is read like a [`Resource`] or a signal of an `Option<User>`, with `get`, `with` and `read` and their untracked
/// forms, and fetched again with [`refetch`](Self::refetch). Unlike a resource it is never loading: its first value is
/// in the page.
///
/// ```
/// # use leptos::prelude::*;
/// # use leptos_auth0::use_user;
/// #[component]
/// fn Greeting() -> impl IntoView {
///     let user = use_user();
///     move || user.get().map(|user| format!("Hello {}", user.display_name()))
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct UserSignal {
    user: RwSignal<Option<User>>,
    unavailable: RwSignal<bool>,
    pub(crate) pending: RwSignal<bool>,
    pub(crate) ended: RwSignal<bool>,
    /// Notifies for each response that names the end.
    pub(crate) end: RwSignal<Option<SessionEnd>>,
    /// The page user of this page, even after the session ended. `None` if the session lookup failed on the server.
    pub(crate) page: RwSignal<Option<String>>,
    routes: StoredValue<AuthRoutes>,
    /// Asks the server for the current user, in the way of the app's rendering mode.
    fetch: StoredValue<Fetch>,
    /// The number of requests for the current user so far.
    #[cfg(not(feature = "ssr"))]
    requests: StoredValue<u32>,
    /// Whether another tab announced a logout that the server has not contradicted yet.
    #[cfg(not(feature = "ssr"))]
    pub(crate) logged_out: StoredValue<bool>,
    /// The channel of the tabs of the browser.
    #[cfg(not(feature = "ssr"))]
    pub(crate) channel: StoredValue<Option<web_sys::BroadcastChannel>, LocalStorage>,
}

/// A function that asks the server for the current user and applies the response.
pub(crate) type Fetch = fn(UserSignal, RefetchReason);

/// Reason why the browser fetches the current user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefetchReason {
    /// The app or another tab requested it, a response reported that the session ended, or the page became visible.
    Requested,
    /// The browser restored the page from its back/forward cache.
    #[cfg(not(feature = "ssr"))]
    PageRestored,
}

impl UserSignal {
    pub(crate) fn new(snapshot: AuthSnapshot, fetch: Fetch) -> Self {
        let AuthSnapshot {
            is_unavailable,
            user,
            session_end,
            routes,
            ..
        } = snapshot;
        let page = (!is_unavailable).then(|| page_user(user.as_ref()));
        Self {
            user: RwSignal::new(user),
            unavailable: RwSignal::new(is_unavailable),
            pending: RwSignal::new(false),
            ended: RwSignal::new(false),
            end: RwSignal::new(session_end.map(RemainingSession::end)),
            page: RwSignal::new(page),
            routes: StoredValue::new(routes),
            fetch: StoredValue::new(fetch),
            #[cfg(not(feature = "ssr"))]
            requests: StoredValue::new(0),
            #[cfg(not(feature = "ssr"))]
            logged_out: StoredValue::new(false),
            #[cfg(not(feature = "ssr"))]
            channel: StoredValue::new_local(None),
        }
    }

    /// Returns whether a user is signed in.
    #[must_use]
    pub fn is_signed_in(self) -> bool {
        self.user.with(Option::is_some)
    }

    /// Returns whether the session lookup succeeded and no user is signed in.
    #[must_use]
    pub fn is_signed_out(self) -> bool {
        !self.is_signed_in() && !self.is_unavailable()
    }

    /// Returns whether the session lookup failed, because the session store is unavailable.
    #[must_use]
    pub fn is_unavailable(self) -> bool {
        self.unavailable.get()
    }

    /// Returns whether the user's session ended while this page was open.
    #[must_use]
    pub fn session_ended(self) -> bool {
        self.ended.get()
    }

    /// Returns when the session ends if it is not used any more, and the limit that ends it. `None` if no user is signed in.
    ///
    /// Each response of the site updates it. It does not wait for the end: [`use_session_expiry`](crate::use_session_expiry)
    /// does.
    #[must_use]
    pub fn session_end(self) -> Option<SessionEnd> {
        self.end.get()
    }

    /// Returns whether this page was opened by a signed-in user, even if their session has ended since.
    pub(crate) fn had_session(self) -> bool {
        self.page
            .with_untracked(|page| page.as_ref().is_some_and(|page| page != ANONYMOUS))
    }

    /// Returns [`UserSignal::is_unavailable`] without subscribing to changes.
    pub(crate) fn is_unavailable_untracked(self) -> bool {
        self.unavailable.get_untracked()
    }

    /// Returns the paths of the engine's routes.
    pub(crate) fn routes(self) -> AuthRoutes {
        self.routes.get_value()
    }

    /// Returns the value with which calls and forms of this page identify the user that it was rendered for, so that
    /// none of them runs as another user. Calls of the page and [`PageUserField`](crate::PageUserField) send it
    /// automatically. Append it to the query as `auth0_page_user` for an event stream or a WebSocket, which cannot have
    /// headers.
    ///
    /// Empty if the session lookup failed on the server.
    #[must_use]
    pub fn page_user(self) -> String {
        self.page.get().unwrap_or_default()
    }

    /// Returns whether a request for the current user is pending.
    #[must_use]
    pub fn is_pending(self) -> bool {
        self.pending.get()
    }

    /// Fetches the current user again. Does nothing on the server.
    pub fn refetch(self) {
        self.fetch(RefetchReason::Requested);
    }

    pub(crate) fn fetch(self, reason: RefetchReason) {
        (self.fetch.get_value())(self, reason);
    }

    /// Counts a request for the current user. Returns its number.
    #[cfg(not(feature = "ssr"))]
    pub(crate) fn begin_request(self) -> u32 {
        let number = self.requests.get_value().wrapping_add(1);
        self.requests.set_value(number);
        self.pending.set(true);
        number
    }

    /// Returns whether the response to the request `number` may be used. That of an earlier request is outdated.
    #[cfg(not(feature = "ssr"))]
    pub(crate) fn end_request(self, number: u32) -> bool {
        let is_latest = self.requests.get_value() == number;
        if is_latest {
            self.pending.set(false);
        }
        is_latest
    }

    /// Returns whether the page was rendered for the user with this page user.
    #[cfg(not(feature = "ssr"))]
    pub(crate) fn is_page_of(self, page_user: &str) -> bool {
        self.page
            .with_untracked(|page| page.as_deref() == Some(page_user))
    }

    /// Sets the user without rendering the page again. `None` ends the session of a page that was rendered with one.
    #[cfg(not(feature = "ssr"))]
    pub(crate) fn set(self, user: Option<User>) {
        let ended = self.had_session() && user.is_none();
        self.ended.set(ended);
        if user.is_none() {
            self.end.set(None);
        }
        let page_user = page_user(user.as_ref());
        if !ended && !self.is_page_of(&page_user) {
            self.page.set(Some(page_user));
        }
        if self.unavailable.get_untracked() {
            self.unavailable.set(false);
        }
        if self.user.with_untracked(|current| *current != user) {
            self.user.set(user);
        }
    }
}

impl DefinedAt for UserSignal {
    fn defined_at(&self) -> Option<&'static Location<'static>> {
        self.user.defined_at()
    }
}

impl Track for UserSignal {
    fn track(&self) {
        self.user.track();
    }
}

impl ReadUntracked for UserSignal {
    type Value = <RwSignal<Option<User>> as ReadUntracked>::Value;

    fn try_read_untracked(&self) -> Option<Self::Value> {
        self.user.try_read_untracked()
    }
}

/// Returns the page user of a page for `user`.
pub(crate) fn page_user(user: Option<&User>) -> String {
    user.map_or(ANONYMOUS, |user| &user.page_user).to_owned()
}
