//! Provides the current user to the components of an app.

use crate::{
    auth_routes::AuthRoutes, half, json::LightJsonEncoding, listeners, user_signal::UserSignal,
};
use leptos::prelude::*;

/// Provides the value of [`use_user`]. Call it first in the app's root component: the value is part of the first HTML,
/// and the browser reads it from there without a request.
pub fn provide_auth() {
    let snapshot = SharedValue::<_, LightJsonEncoding>::new_with_encoding(half::initial_snapshot);
    let user = UserSignal::new(snapshot.into_inner());
    provide_context(user);
    half::in_browser(|| listeners::install_refetch_listeners(user));
}

/// Returns the current user.
///
/// # Panics
/// If no ancestor component called [`provide_auth`].
#[must_use]
pub fn use_user() -> UserSignal {
    use_context().expect("leptos_auth0::provide_auth() is called first in the root component")
}

/// Returns the paths of the engine's routes. Also works in a server function.
#[must_use]
pub fn use_auth_routes() -> AuthRoutes {
    use_context().map_or_else(half::auth_routes, UserSignal::routes)
}
