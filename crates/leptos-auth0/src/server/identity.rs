//! Who sends the request at hand.

use crate::{AuthError, User, current::Identity};
use axum_auth0::{CurrentUser, SignedInUser};
use http::{HeaderValue, header, request::Parts};
use leptos::prelude::use_context;

/// The signed-in user of the request at hand: the guard of a server function. Only its value can obtain a token.
///
/// # Errors
/// [`AuthError::SignInRequired`] if nobody is signed in, [`AuthError::StoreUnavailable`] if that cannot be found out.
pub fn require_user() -> Result<SignedInUser, AuthError> {
    current_user_or_none()?.ok_or(AuthError::SignInRequired)
}

/// The signed-in user of the request at hand, if any.
///
/// # Errors
/// [`AuthError::StoreUnavailable`] if that cannot be found out.
pub fn current_user_or_none() -> Result<Option<SignedInUser>, AuthError> {
    match current() {
        CurrentUser::SignedIn(user) => Ok(Some(user)),
        CurrentUser::Anonymous => Ok(None),
        CurrentUser::Unavailable => Err(AuthError::StoreUnavailable),
    }
}

/// The body of the server function `current_user`.
pub(crate) fn answer_current_user() -> Result<Option<User>, AuthError> {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.insert_header(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        );
    }
    Ok(current_user_or_none()?.as_ref().map(user_of))
}

/// What the page at hand says about its user.
pub(crate) fn identity_of_request() -> Identity {
    match current() {
        CurrentUser::SignedIn(user) => Identity::known(Some(user_of(&user))),
        CurrentUser::Anonymous => Identity::known(None),
        CurrentUser::Unavailable => Identity {
            known: false,
            user: None,
        },
    }
}

/// A request that the engine's layer did not see is anonymous: guards fail closed. So is the one rendering without a
/// request, when the server lists the app's routes.
fn current() -> CurrentUser {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<CurrentUser>().cloned())
        .unwrap_or(CurrentUser::Anonymous)
}

fn user_of(user: &SignedInUser) -> User {
    let text = |claim| user.claim::<String>(claim);
    User {
        sub: user.subject().to_owned(),
        page_user: user.page_user().as_str().to_owned(),
        name: text("name"),
        nickname: text("nickname"),
        given_name: text("given_name"),
        family_name: text("family_name"),
        picture: text("picture").filter(|picture| picture.starts_with("https://")),
        email: text("email"),
        email_verified: user.claim("email_verified"),
    }
}

#[cfg(test)]
mod tests {
    use crate::page_user::{ANONYMOUS, PAGE_USER_FIELD};
    use axum_auth0::{CurrentUser, PageUser};

    #[test]
    fn pages_and_engine_use_the_same_words_for_the_user_of_a_page() {
        assert_eq!(PAGE_USER_FIELD, axum_auth0::PAGE_USER_FIELD);
        let anonymous = CurrentUser::Anonymous.page_user();
        assert_eq!(anonymous.as_ref().map(PageUser::as_str), Some(ANONYMOUS));
    }
}
