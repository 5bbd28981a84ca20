//! Who is signed in: a value that only this crate can make, and the only way to an access token.

use std::{fmt, sync::Arc};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{NotSignedIn, UserServices};
use crate::{
    config::Api,
    page_user::PageUser,
    store::LoginId,
    tokens::{AccessToken, TokenError, TokenOptions, TokensOverview},
    trace_context::TraceContext,
};

/// Who makes a request, as found by the engine's layer; an extension of every request below it.
#[derive(Clone, Debug)]
pub enum CurrentUser {
    /// Nobody is signed in.
    Anonymous,
    /// Somebody is.
    SignedIn(SignedInUser),
    /// The session store did not answer, so nobody knows. Guards answer 503 and never guess.
    Unavailable,
}

impl CurrentUser {
    /// The value that a page for this user repeats in its calls and forms; `None` if it is unknown who the user is.
    pub fn page_user(&self) -> Option<PageUser> {
        match self {
            Self::Anonymous => Some(PageUser::anonymous()),
            Self::SignedIn(user) => Some(user.page_user()),
            Self::Unavailable => None,
        }
    }

    /// Returns whether `page`, a value of [`PageUser::as_str`], is that of a page for this user. The value of a user
    /// changes when `AUTH0_SECRET` is rotated; the former one is still accepted.
    pub fn is_user_of_page(&self, page: &str) -> bool {
        let page = PageUser::from_text(page);
        match self {
            Self::Anonymous => page.is_anonymous(),
            Self::SignedIn(user) => user.is_user_of(&page),
            Self::Unavailable => false,
        }
    }
}

/// A person who is signed in.
///
/// There is no public constructor: a function that takes a `SignedInUser` cannot be called for somebody who is not.
#[derive(Clone)]
pub struct SignedInUser {
    pub(crate) services: Arc<UserServices>,
    pub(crate) login: LoginId,
    /// The value that the request's page was rendered with, if it carries one.
    pub(crate) page: Option<PageUser>,
    pub(crate) subject: Arc<str>,
    pub(crate) claims: Arc<Map<String, Value>>,
    pub(crate) trace: TraceContext,
    /// Whether the request is a HEAD, which gets no tokens.
    pub(crate) is_head: bool,
}

impl SignedInUser {
    /// `sub`: the person's identifier at the provider. The e-mail address is not one.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The value that a page for this user repeats in its calls and forms, so that none of them runs in another user's
    /// name.
    pub fn page_user(&self) -> PageUser {
        self.page
            .clone()
            .unwrap_or_else(|| self.services.page_users.tag(&self.subject))
    }

    /// Returns whether a page with this value was rendered for this user, under whichever secret.
    pub(crate) fn is_user_of(&self, page: &PageUser) -> bool {
        self.services.page_users.matches(page, &self.subject)
    }

    /// What the provider says of the person: the claims of the ID token (and of userinfo, where the ID token has
    /// none), without those of the protocol itself. Custom claims are kept.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// One claim as `T`; `None` where it is missing or of another type.
    pub fn claim<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.claims
            .get(name)
            .and_then(|value| T::deserialize(value).ok())
    }

    /// The person's access token for the API `A`: verified to be for that API, refreshed where needed.
    ///
    /// # Errors
    ///
    /// See [`TokenError`]; a wrong configuration comes with its diagnosis.
    pub async fn access_token<A: Api>(&self) -> Result<AccessToken<A>, TokenError> {
        self.access_token_with(TokenOptions::default()).await
    }

    /// As [`Self::access_token`], with options.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub async fn access_token_with<A: Api>(
        &self,
        options: TokenOptions,
    ) -> Result<AccessToken<A>, TokenError> {
        self.refuse_head()?;
        let settings = self.services.apis.get(A::ENV_PREFIX)?;
        let held = self
            .services
            .tokens
            .access_token(self.login, &settings, &options)
            .await?;
        Ok(AccessToken::new(held.token.into(), settings, held.audience))
    }

    /// Revokes the refresh token of this login at the provider (RFC 7009), and forgets it: from now on, access tokens
    /// live until their end, and then the person has to log in again.
    ///
    /// # Errors
    ///
    /// Where the provider or the store does not answer; [`TokenError::RevocationUnsupported`] if the provider has no
    /// revocation endpoint. Then the refresh token is kept.
    pub async fn revoke_refresh_token(&self) -> Result<(), TokenError> {
        self.refuse_head()?;
        self.services.tokens.revoke_refresh_token(self.login).await
    }

    /// A HEAD request is answered like a GET but for the body (RFC 9110 §9.3.2), so handlers of GET run for it. Monitors and
    /// link checkers send many; none of them refreshes a token or reaches an API.
    fn refuse_head(&self) -> Result<(), TokenError> {
        if self.is_head {
            return Err(TokenError::HeadRequest);
        }
        Ok(())
    }

    /// What this login holds, without the tokens: for a page or a program that explains. Asks the store only.
    ///
    /// # Errors
    ///
    /// Where the login is gone, or the store does not answer.
    pub async fn tokens_overview(&self) -> Result<TokensOverview, TokenError> {
        self.services.tokens.overview(self.login).await
    }
}

/// Shows no more than is needed to follow a session through a log.
impl fmt::Debug for SignedInUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedInUser({:?})", self.login)
    }
}

impl<S: Sync> FromRequestParts<S> for SignedInUser {
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        match parts.extensions.get::<CurrentUser>() {
            Some(CurrentUser::SignedIn(user)) => Ok(user.clone()),
            Some(CurrentUser::Unavailable) => Err(NotSignedIn::Unavailable),
            Some(CurrentUser::Anonymous) | None => Err(NotSignedIn::Anonymous),
        }
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for SignedInUser {
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Self::Rejection> {
        match parts.extensions.get::<CurrentUser>() {
            Some(CurrentUser::SignedIn(user)) => Ok(Some(user.clone())),
            Some(CurrentUser::Unavailable) => Err(NotSignedIn::Unavailable),
            Some(CurrentUser::Anonymous) | None => Ok(None),
        }
    }
}
