//! The extractors of the current user.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;

use super::{CurrentUser, NotSignedIn, SessionAccess, SignedInUser};

impl CurrentUser {
    /// Returns the user of a request. A request that did not pass the engine's layers is anonymous, so guards fail
    /// closed.
    fn of(parts: &Parts) -> Self {
        SessionAccess::record(&parts.extensions);
        parts.extensions.get().cloned().unwrap_or_default()
    }
}

impl<S: Sync> FromRequestParts<S> for CurrentUser {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

impl<S: Sync> FromRequestParts<S> for SignedInUser {
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        match CurrentUser::of(parts) {
            CurrentUser::SignedIn(user) => Ok(user),
            CurrentUser::Unavailable => Err(NotSignedIn::Unavailable),
            CurrentUser::Anonymous => Err(NotSignedIn::Anonymous),
        }
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for SignedInUser {
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Self::Rejection> {
        match CurrentUser::of(parts) {
            CurrentUser::SignedIn(user) => Ok(Some(user)),
            CurrentUser::Unavailable => Err(NotSignedIn::Unavailable),
            CurrentUser::Anonymous => Ok(None),
        }
    }
}
