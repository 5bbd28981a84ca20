//! Who is in front of the page: known in the first HTML, taken over by the browser, asked again when it matters.

use crate::{AuthError, LightJson, LightJsonEncoding, User, half, page_user::ANONYMOUS};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use std::sync::atomic::{AtomicU32, Ordering};

/// The signed-in user, or `null`: `GET /auth/user`.
///
/// # Errors
/// [`AuthError::StoreUnavailable`] if the session cannot be looked up now.
#[server(prefix = "/auth", endpoint = "user", input = GetUrl, output = LightJson)]
pub async fn current_user() -> Result<Option<User>, AuthError> {
    crate::server::answer_current_user()
}

/// What a request's session says, or what the browser learnt last.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, miniserde::Deserialize)]
pub(crate) struct Identity {
    /// Whether the site could find out; otherwise its store of sessions did not answer.
    pub(crate) known: bool,
    /// Who is signed in, if anybody is.
    pub(crate) user: Option<User>,
}

impl Identity {
    /// It was found out that `user` is signed in, or nobody.
    pub(crate) fn known(user: Option<User>) -> Self {
        Self { known: true, user }
    }
}

/// What a page for this user says.
fn page_user_of(user: Option<&User>) -> String {
    user.map_or(ANONYMOUS, |user| &user.page_user).to_owned()
}

/// Counts the questions that the browser asked, so that an answer overtaken by another is dropped.
static ASKED: AtomicU32 = AtomicU32::new(0);

/// The current user, everywhere in the app. Get it with [`use_user`].
#[derive(Clone, Copy, Debug)]
pub struct UserResource {
    identity: RwSignal<Identity>,
    pub(crate) pending: RwSignal<bool>,
    pub(crate) ended: RwSignal<bool>,
    /// The user that this page is for, also after their session ended. `None` if the server could not find out.
    pub(crate) page: RwSignal<Option<String>>,
}

/// Makes [`use_user`] work. Call it first in the app's root component: its value is part of the first HTML, and the
/// browser takes it over without a request of its own.
pub fn provide_auth() {
    let identity =
        SharedValue::<_, LightJsonEncoding>::new_with_encoding(half::identity_of_request)
            .into_inner();
    let user = UserResource {
        page: RwSignal::new(identity.known.then(|| page_user_of(identity.user.as_ref()))),
        identity: RwSignal::new(identity),
        pending: RwSignal::new(false),
        ended: RwSignal::new(false),
    };
    provide_context(user);
    half::keep_current(user);
}

/// The current user.
///
/// # Panics
/// If [`provide_auth`] was not called in a component above.
#[must_use]
pub fn use_user() -> UserResource {
    use_context().expect("leptos_auth0::provide_auth() is called first in the root component")
}

impl UserResource {
    /// The user, if one is signed in.
    #[must_use]
    pub fn get(self) -> Option<User> {
        self.identity.with(|identity| identity.user.clone())
    }

    /// Looks at the user without cloning.
    pub fn with<T>(self, look: impl FnOnce(Option<&User>) -> T) -> T {
        self.identity.with(|identity| look(identity.user.as_ref()))
    }

    /// [`UserResource::with`] without subscribing to changes.
    pub fn with_untracked<T>(self, look: impl FnOnce(Option<&User>) -> T) -> T {
        self.identity
            .with_untracked(|identity| look(identity.user.as_ref()))
    }

    /// Whether a user is signed in.
    #[must_use]
    pub fn is_signed_in(self) -> bool {
        self.with(|user| user.is_some())
    }

    /// Whether it is known that nobody is signed in.
    #[must_use]
    pub fn is_signed_out(self) -> bool {
        self.identity
            .with(|identity| identity.known && identity.user.is_none())
    }

    /// Whether the site could not find out: its store of sessions did not answer.
    #[must_use]
    pub fn is_unavailable(self) -> bool {
        self.identity.with(|identity| !identity.known)
    }

    /// Whether the user's session ended while this page was open.
    #[must_use]
    pub fn session_ended(self) -> bool {
        self.ended.get()
    }

    /// Whether this page was opened by a signed-in user, whatever became of their session.
    pub(crate) fn had_session(self) -> bool {
        self.page
            .with_untracked(|page| page.as_ref().is_some_and(|page| page != ANONYMOUS))
    }

    /// [`UserResource::is_unavailable`] without subscribing to changes.
    pub(crate) fn is_unavailable_untracked(self) -> bool {
        self.identity.with_untracked(|identity| !identity.known)
    }

    /// What this page says in its calls and forms about the user that it is for, so that none of them runs in another
    /// user's name. Calls of the page and [`PageUserField`](crate::PageUserField) say it without further ado; append it
    /// to the query as `auth0_page_user` for an event stream or a WebSocket, which cannot have headers.
    ///
    /// Empty if the server could not find out who the user is.
    #[must_use]
    pub fn page_user(self) -> String {
        self.page.get().unwrap_or_default()
    }

    /// Whether the server is being asked.
    #[must_use]
    pub fn is_pending(self) -> bool {
        self.pending.get()
    }

    /// Asks the server again. On the server this does nothing.
    pub fn refetch(self) {
        half::spawn(self.ask(Occasion::Asked));
    }

    /// Asks the server because of `occasion`, and draws the conclusion.
    pub(crate) async fn ask(self, occasion: Occasion) {
        let question = ASKED.fetch_add(1, Ordering::Relaxed);
        self.pending.set(true);
        let answer = current_user().await;
        if ASKED.load(Ordering::Relaxed) != question.wrapping_add(1) {
            return;
        }
        self.pending.set(false);
        // Without an answer nothing is known to have changed.
        if let Ok(user) = answer {
            self.learn(user, occasion);
        }
    }

    fn learn(self, user: Option<User>, occasion: Occasion) {
        let now = page_user_of(user.as_ref());
        // Another user's page, or a page out of the browser's memory after a logout: the server renders it again.
        let leaves = user.is_some() || occasion == Occasion::RestoredPage;
        let is_same = self.page.with_untracked(|page| page.as_ref() == Some(&now));
        if self.had_session() && !is_same && leaves {
            return half::reload();
        }
        let ended = self.had_session() && user.is_none();
        self.ended.set(ended);
        if !ended && !is_same {
            self.page.set(Some(now));
        }
        let identity = Identity::known(user);
        if self.identity.with_untracked(|before| *before != identity) {
            self.identity.set(identity);
        }
    }
}

/// Why the server is asked who is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// The app asked, a call said that the session ended, or the page came to the front.
    Asked,
    /// The browser took the page out of its memory (back/forward cache).
    RestoredPage,
}
