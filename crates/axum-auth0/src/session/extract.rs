//! The extractors of the current user.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;

use super::{CurrentUser, NotSignedIn, SessionAccess, SignedInUser};
use crate::events::{AuthEvent, Events, RequestRefusal};

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

impl SignedInUser {
    /// Returns the user of a request, as the extractor does, for a guard outside of a handler.
    ///
    /// # Errors
    ///
    /// [`NotSignedIn`] if there is none. It is reported as an [`AuthEvent`].
    pub fn of(parts: &Parts) -> Result<Self, NotSignedIn> {
        let (rejection, reason) = match CurrentUser::of(parts) {
            CurrentUser::SignedIn(user) => return Ok(user),
            CurrentUser::Unavailable => {
                (NotSignedIn::Unavailable, RequestRefusal::StoreUnavailable)
            }
            CurrentUser::Anonymous => (NotSignedIn::Anonymous, RequestRefusal::Anonymous),
        };
        if let Some(events) = parts.extensions.get::<Events>() {
            let login = None;
            events.emit(&AuthEvent::RequestRefused { login, reason });
        }
        Err(rejection)
    }
}

impl<S: Sync> FromRequestParts<S> for SignedInUser {
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Self::of(parts)
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
