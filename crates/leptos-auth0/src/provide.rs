//! Provides the current user to the components of an app.

use crate::{
    auth_routes::AuthRoutes,
    auth_snapshot::AuthSnapshot,
    failed_form, platform,
    user_signal::{Fetch, UserSignal},
};
use leptos::prelude::*;

/// Provides the value of [`use_user`] to an app with full hydration. Call it first in the root component: the value is
/// part of the first HTML, and the browser reads it from there without a request.
///
/// An app with islands uses `AuthProvider` instead (feature `islands`).
pub fn provide_auth() {
    let snapshot = SharedValue::new(platform::snapshot).into_inner();
    #[cfg(not(feature = "ssr"))]
    crate::browser::follow_links_to_the_server(&snapshot.routes);
    provide(snapshot, platform::fetch_user);
}

pub(crate) fn provide(snapshot: AuthSnapshot, fetch: Fetch) {
    let base_path = &snapshot.routes.base_path;
    if !base_path.is_empty() {
        platform::provide_base_path(base_path);
    }
    if let Some(form) = snapshot.failed_form.clone() {
        failed_form::provide(form);
    }
    let user = UserSignal::new(snapshot, fetch);
    provide_context(user);
    #[cfg(not(feature = "ssr"))]
    crate::browser::install_refetch_listeners(user);
}

/// Returns the current user.
///
/// # Panics
/// If no ancestor component called [`provide_auth`] or is an `AuthProvider`.
#[must_use]
pub fn use_user() -> UserSignal {
    use_context().expect(
        "an app with hydration calls leptos_auth0::provide_auth() first in its root component; an app with islands \
         wraps its root component in <AuthProvider>",
    )
}

/// Returns the paths of the engine's routes. Also works in a server function.
#[must_use]
pub fn use_auth_routes() -> AuthRoutes {
    use_context::<UserSignal>().map_or_else(platform::auth_routes, UserSignal::routes)
}
