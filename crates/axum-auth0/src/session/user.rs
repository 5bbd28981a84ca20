//! The current user: a value that only this crate can create, and that is required to get an access token.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{LoginContext, SessionExpiry, UserServices};
use crate::{
    config::Api,
    page_user::PageUser,
    store::LoginId,
    tokens::{AccessToken, LoginSnapshot, TokenError, TokenOptions, TokensOverview},
    trace_context::TraceContext,
};

/// The user of a request. It is an extractor, and an extension of every request below the engine's layers.
///
/// The extractor is infallible, so a handler that takes a `CurrentUser` responds to every request. Take a
/// [`SignedInUser`] in handlers that require one.
///
/// ```
/// use axum_auth0::CurrentUser;
///
/// async fn home(user: CurrentUser) -> String {
///     match user {
///         CurrentUser::SignedIn(user) => format!("Hello {}", user.subject()),
///         CurrentUser::Anonymous => "Hello".to_owned(),
///         CurrentUser::Unavailable => "Logins do not work at the moment".to_owned(),
///     }
/// }
/// # let app: axum::Router = axum::Router::new().route("/", axum::routing::get(home));
/// ```
#[expect(
    clippy::large_enum_variant,
    reason = "a request has one; a box would cost each an allocation"
)]
#[derive(Clone, Debug, Default)]
pub enum CurrentUser {
    /// The request has no session, or did not pass the engine's layers.
    #[default]
    Anonymous,
    /// The request has a session.
    SignedIn(SignedInUser),
    /// The session store is unavailable. Guards respond with 503.
    Unavailable,
}

impl CurrentUser {
    /// Returns the value that a page for this user repeats in its calls and forms, or `None` if the session store is
    /// unavailable.
    pub fn page_user(&self) -> Option<PageUser> {
        match self {
            Self::Anonymous => Some(PageUser::anonymous()),
            Self::SignedIn(user) => Some(user.page_user()),
            Self::Unavailable => None,
        }
    }

    /// Returns whether `page`, a value of [`PageUser::as_str`], belongs to a page for this user. The value of a user
    /// changes when `AUTH0_SECRET` is rotated; the previous one is still accepted.
    pub fn is_user_of_page(&self, page: &str) -> bool {
        let page = PageUser::from_text(page);
        match self {
            Self::Anonymous => page.is_anonymous(),
            Self::SignedIn(user) => user.is_user_of(&page),
            Self::Unavailable => false,
        }
    }
}

/// A signed-in user. It is an extractor, which rejects other requests with [`NotSignedIn`](super::NotSignedIn).
/// `Option<SignedInUser>` is the extractor of handlers that also serve anonymous requests.
///
/// ```
/// use axum_auth0::SignedInUser;
///
/// async fn account(user: SignedInUser) -> String {
///     format!("The account of {}", user.subject())
/// }
///
/// async fn banner(user: Option<SignedInUser>) -> &'static str {
///     if user.is_some() { "Welcome back" } else { "Welcome" }
/// }
/// # let app: axum::Router = axum::Router::new()
/// #     .route("/account", axum::routing::get(account))
/// #     .route("/banner", axum::routing::get(banner));
/// ```
///
/// There is no public constructor: a function that takes a `SignedInUser` cannot be called for an anonymous request.
#[derive(Clone)]
pub struct SignedInUser {
    pub(crate) services: Arc<UserServices>,
    pub(crate) login: LoginSnapshot,
    /// The value that the page of the request was rendered with, if the request carries one.
    pub(crate) page: Option<PageUser>,
    pub(crate) claims: Arc<Map<String, Value>>,
    pub(crate) context: Arc<LoginContext>,
    pub(crate) expiry: SessionExpiry,
    /// The application data as this request has written it.
    pub(crate) written: Arc<Mutex<Option<Map<String, Value>>>>,
    pub(crate) trace: TraceContext,
    /// Whether the request is a HEAD, which gets no tokens.
    pub(crate) is_head: bool,
}

impl SignedInUser {
    /// Returns `sub`, the user's identifier at the provider. An e-mail address does not identify a user.
    pub fn subject(&self) -> &str {
        self.login.subject()
    }

    /// Returns the identifier of the login, which identifies a session in a log.
    pub(crate) fn login(&self) -> LoginId {
        self.login.id()
    }

    /// Returns the value that a page for this user repeats in its calls and forms, so that they do not run for another
    /// user.
    pub fn page_user(&self) -> PageUser {
        self.page
            .clone()
            .unwrap_or_else(|| self.services.page_users.tag(&self.page_identity()))
    }

    /// Returns whether a page with this value was rendered for this user, with any of the secrets.
    pub(crate) fn is_user_of(&self, page: &PageUser) -> bool {
        self.services
            .page_users
            .matches(page, &self.page_identity())
    }

    /// Returns the claims about the user: those of the ID token, and those of userinfo if the ID token has no name.
    /// Claims of the protocol itself are left out, custom claims are kept.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Returns when the session ends, and which limit ends it.
    ///
    /// ```
    /// use axum_auth0::{SessionLimit, SignedInUser};
    ///
    /// async fn remaining(user: SignedInUser) -> String {
    ///     let expiry = user.session_expiry();
    ///     let minutes = expiry.expires_in().as_secs() / 60;
    ///     match expiry.limit() {
    ///         SessionLimit::Inactivity => format!("Signed out after {minutes} minutes without a request"),
    ///         _ => format!("Signed out in {minutes} minutes"),
    ///     }
    /// }
    /// # let app: axum::Router = axum::Router::new().route("/", axum::routing::get(remaining));
    /// ```
    pub fn session_expiry(&self) -> SessionExpiry {
        self.expiry
    }

    /// Returns one claim as `T`, or `None` if it is missing or of another type.
    pub fn claim<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.claims
            .get(name)
            .and_then(|value| T::deserialize(value).ok())
    }

    /// Returns the user's access token for the API `A`, validated for that API and refreshed if necessary.
    ///
    /// # Errors
    ///
    /// See [`TokenError`]. [`TokenError::Misconfigured`] carries a diagnosis.
    pub async fn access_token<A: Api>(&self) -> Result<AccessToken<A>, TokenError> {
        self.access_token_with(TokenOptions::default()).await
    }

    /// Like [`Self::access_token`], with options.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub async fn access_token_with<A: Api>(
        &self,
        options: TokenOptions,
    ) -> Result<AccessToken<A>, TokenError> {
        self.reject_head()?;
        let settings = self.services.apis.of::<A>()?;
        let token = self
            .services
            .tokens
            .access_token(&self.login, &settings, &options)
            .await?;
        Ok(AccessToken::new(token, settings, &self.services.dpop))
    }

    /// Revokes the refresh token of this login at the provider (RFC 7009) and deletes it. The access tokens remain
    /// valid until they expire; after that, the user has to log in again.
    ///
    /// # Errors
    ///
    /// If the provider or the store is unavailable; [`TokenError::RevocationUnsupported`] if the provider has no
    /// revocation endpoint. The refresh token is then kept.
    pub async fn revoke_refresh_token(&self) -> Result<(), TokenError> {
        self.reject_head()?;
        self.services
            .tokens
            .revoke_refresh_token(self.login())
            .await
    }

    /// Rejects HEAD requests, for which axum runs the handlers of GET (RFC 9110 §9.3.2). Monitors and link checkers
    /// send many of them; none may refresh a token or call an API.
    pub(super) fn reject_head(&self) -> Result<(), TokenError> {
        if self.is_head {
            return Err(TokenError::HeadRequest);
        }
        Ok(())
    }

    /// Describes the tokens of this login without revealing them, for display. Reads only the store.
    ///
    /// # Errors
    ///
    /// If the login has ended, or the store is unavailable.
    pub async fn tokens_overview(&self) -> Result<TokensOverview, TokenError> {
        self.services.tokens.overview(self.login()).await
    }
}

/// Shows only the login, which identifies a session in a log.
impl fmt::Debug for SignedInUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedInUser({:?})", self.login())
    }
}
