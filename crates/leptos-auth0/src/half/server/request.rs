//! Reads the data that the engine's layers add to the current request.

use crate::{auth_routes::AuthRoutes, auth_snapshot::AuthSnapshot, user::User};
use axum_auth0::{CurrentUser, Routes, SignedInUser};
use http::request::Parts;
use leptos::prelude::use_context;
use std::sync::Arc;

/// Returns the user of the current request.
///
/// A request that did not pass the engine's layer is anonymous, so guards fail closed. The same applies to the
/// rendering without a request, when the server lists the app's routes.
pub(crate) fn current_user() -> CurrentUser {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<CurrentUser>().cloned())
        .unwrap_or(CurrentUser::Anonymous)
}

/// Returns the paths of the engine's routes: the configured ones, or the defaults without the engine's layer.
pub(crate) fn auth_routes() -> AuthRoutes {
    use_context::<Parts>()
        .and_then(|parts| {
            let routes = parts.extensions.get::<Arc<Routes>>()?;
            Some(AuthRoutes {
                login: routes.login_path().to_owned(),
                logout: routes.logout_path().to_owned(),
                profile: routes.profile_path().to_owned(),
            })
        })
        .unwrap_or_default()
}

/// Returns the snapshot of the current request's user and routes.
pub(super) fn snapshot() -> AuthSnapshot {
    let (known, user) = match current_user() {
        CurrentUser::SignedIn(user) => (true, Some(public_claims(&user))),
        CurrentUser::Anonymous => (true, None),
        CurrentUser::Unavailable => (false, None),
    };
    AuthSnapshot::new(known, user, auth_routes())
}

/// Returns the claims of `user` that pages may contain.
pub(crate) fn public_claims(user: &SignedInUser) -> User {
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
