//! A stand-in for pages that only the server has.

use crate::{half, login_url::here_untracked};
use leptos::prelude::*;

/// The view of a route that belongs to the server, such as `/auth/login`.
///
/// A link without `rel="external"`, or a server function's redirect, reaches such a path inside of the app; this loads
/// it from the server instead. Exclude the route where the server lists the app's routes.
#[component]
pub fn HardNavigation() -> impl IntoView {
    let here = here_untracked();
    Effect::new(move |_| half::leave_to(&here));
}
