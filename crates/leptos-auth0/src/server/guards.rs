//! Guards for server functions.

use super::request::{self, public_claims};
use crate::{error::AuthError, user::User};
use axum_auth0::{CurrentUser, NotSignedIn, SignedInUser};
use http::{HeaderValue, header, request::Parts};
use leptos::prelude::use_context;

/// Returns the signed-in user of the current request. Only this value can obtain an access token.
///
/// # Errors
/// [`AuthError::SignInRequired`] if no user is signed in, [`AuthError::StoreUnavailable`] if the session lookup failed.
pub fn require_user() -> Result<SignedInUser, AuthError> {
    let parts = use_context::<Parts>().ok_or(AuthError::SignInRequired)?;
    SignedInUser::of(&parts).map_err(|rejection| match rejection {
        NotSignedIn::Anonymous => AuthError::SignInRequired,
        NotSignedIn::Unavailable => AuthError::StoreUnavailable,
    })
}

/// Returns the signed-in user of the current request, if any.
///
/// # Errors
/// [`AuthError::StoreUnavailable`] if the session lookup failed.
pub fn optional_user() -> Result<Option<SignedInUser>, AuthError> {
    match request::current_user() {
        CurrentUser::SignedIn(user) => Ok(Some(user)),
        CurrentUser::Anonymous => Ok(None),
        CurrentUser::Unavailable => Err(AuthError::StoreUnavailable),
    }
}

/// Implements the server function `current_user`.
pub(crate) fn current_user() -> Result<Option<User>, AuthError> {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.insert_header(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        );
    }
    Ok(optional_user()?.as_ref().map(public_claims))
}

#[cfg(test)]
mod tests {
    use crate::{
        auth_routes::AuthRoutes,
        page_user::{
            ANONYMOUS, CURRENT_USER_HEADER, PAGE_USER_FIELD, PAGE_USER_HEADER, STEP_UP_HEADER,
        },
        session_end::SESSION_EXPIRES_HEADER,
    };
    use axum_auth0::{CurrentUser, PageUser};

    #[test]
    fn the_names_of_headers_and_fields_are_those_of_the_engine() {
        assert_eq!(PAGE_USER_FIELD, axum_auth0::PAGE_USER_FIELD);
        assert_eq!(PAGE_USER_HEADER, axum_auth0::PAGE_USER_HEADER);
        assert_eq!(CURRENT_USER_HEADER, axum_auth0::CURRENT_USER_HEADER);
        assert_eq!(SESSION_EXPIRES_HEADER, axum_auth0::SESSION_EXPIRES_HEADER);
        assert_eq!(STEP_UP_HEADER, axum_auth0::STEP_UP_HEADER.as_str());
        let anonymous = CurrentUser::Anonymous.page_user();
        assert_eq!(anonymous.as_ref().map(PageUser::as_str), Some(ANONYMOUS));
    }

    #[test]
    fn the_default_routes_are_those_of_the_engine() {
        let (routes, engine) = (AuthRoutes::default(), axum_auth0::Routes::default());
        assert_eq!(routes.login, engine.login_path());
        assert_eq!(routes.logout, engine.logout_path());
        assert_eq!(routes.profile, engine.profile_path());
        assert_eq!(routes.session, engine.session_path());
        assert_eq!(routes.signed_out, engine.signed_out_path());
    }
}
