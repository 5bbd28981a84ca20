//! The current user as a signal: present in the first HTML, and fetched again when it may have changed.

use crate::{
    auth_routes::AuthRoutes, auth_snapshot::AuthSnapshot, current_user::current_user, half,
    page_user::ANONYMOUS, user::User,
};
use leptos::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// Numbers the requests for the current user, so that a response is dropped if a newer request was sent.
static REQUEST_SEQ: AtomicU32 = AtomicU32::new(0);

/// The current user. [`use_user`](crate::use_user) returns it anywhere in the app.
#[derive(Clone, Copy, Debug)]
pub struct UserSignal {
    snapshot: RwSignal<AuthSnapshot>,
    pub(crate) pending: RwSignal<bool>,
    pub(crate) ended: RwSignal<bool>,
    /// The page user of this page, even after the session ended. `None` if the session lookup failed on the server.
    pub(crate) page: RwSignal<Option<String>>,
}

/// Reason why the browser fetches the current user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefetchReason {
    /// The app requested it, a response reported that the session ended, or the page became visible.
    Requested,
    /// The browser restored the page from its back/forward cache.
    PageRestored,
}

impl UserSignal {
    pub(crate) fn new(snapshot: AuthSnapshot) -> Self {
        let page = snapshot.known.then(|| page_user(snapshot.user.as_ref()));
        Self {
            snapshot: RwSignal::new(snapshot),
            pending: RwSignal::new(false),
            ended: RwSignal::new(false),
            page: RwSignal::new(page),
        }
    }

    /// Returns the signed-in user, if any.
    #[must_use]
    pub fn get(self) -> Option<User> {
        self.snapshot.with(|snapshot| snapshot.user.clone())
    }

    /// Calls `look` with a reference to the user.
    pub fn with<T>(self, look: impl FnOnce(Option<&User>) -> T) -> T {
        self.snapshot.with(|snapshot| look(snapshot.user.as_ref()))
    }

    /// Calls `look` like [`UserSignal::with`], without subscribing to changes.
    pub fn with_untracked<T>(self, look: impl FnOnce(Option<&User>) -> T) -> T {
        self.snapshot
            .with_untracked(|snapshot| look(snapshot.user.as_ref()))
    }

    /// Returns whether a user is signed in.
    #[must_use]
    pub fn is_signed_in(self) -> bool {
        self.with(|user| user.is_some())
    }

    /// Returns whether the session lookup succeeded and no user is signed in.
    #[must_use]
    pub fn is_signed_out(self) -> bool {
        self.snapshot
            .with(|snapshot| snapshot.known && snapshot.user.is_none())
    }

    /// Returns whether the session lookup failed, because the session store is unavailable.
    #[must_use]
    pub fn is_unavailable(self) -> bool {
        self.snapshot.with(|snapshot| !snapshot.known)
    }

    /// Returns whether the user's session ended while this page was open.
    #[must_use]
    pub fn session_ended(self) -> bool {
        self.ended.get()
    }

    /// Returns whether this page was opened by a signed-in user, even if their session has ended since.
    pub(crate) fn had_session(self) -> bool {
        self.page
            .with_untracked(|page| page.as_ref().is_some_and(|page| page != ANONYMOUS))
    }

    /// Returns [`UserSignal::is_unavailable`] without subscribing to changes.
    pub(crate) fn is_unavailable_untracked(self) -> bool {
        self.snapshot.with_untracked(|snapshot| !snapshot.known)
    }

    /// Returns the paths of the engine's routes.
    pub(crate) fn routes(self) -> AuthRoutes {
        self.snapshot.with_untracked(AuthSnapshot::routes)
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
        half::spawn(self.fetch(RefetchReason::Requested));
    }

    /// Fetches the current user and applies the response.
    pub(crate) async fn fetch(self, reason: RefetchReason) {
        let seq = REQUEST_SEQ.fetch_add(1, Ordering::Relaxed);
        self.pending.set(true);
        let response = current_user().await;
        if REQUEST_SEQ.load(Ordering::Relaxed) != seq.wrapping_add(1) {
            return;
        }
        self.pending.set(false);
        // A failed request gives no information about the session.
        if let Ok(user) = response {
            self.apply(user, reason);
        }
    }

    fn apply(self, user: Option<User>, reason: RefetchReason) {
        let page_user = page_user(user.as_ref());
        // Reloads another user's page, or a page restored after a logout, so that the server renders it again.
        let may_reload = user.is_some() || reason == RefetchReason::PageRestored;
        let is_same = self
            .page
            .with_untracked(|page| page.as_ref() == Some(&page_user));
        if self.had_session() && !is_same && may_reload {
            return half::reload();
        }
        let ended = self.had_session() && user.is_none();
        self.ended.set(ended);
        if !ended && !is_same {
            self.page.set(Some(page_user));
        }
        let is_current = self
            .snapshot
            .with_untracked(|snapshot| snapshot.known && snapshot.user == user);
        if !is_current {
            self.snapshot.update(|snapshot| {
                snapshot.known = true;
                snapshot.user = user;
            });
        }
    }
}

/// Returns the page user of a page for `user`.
fn page_user(user: Option<&User>) -> String {
    user.map_or(ANONYMOUS, |user| &user.page_user).to_owned()
}
