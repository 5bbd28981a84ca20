//! The page for unknown paths.

use crate::{half, paths};
use leptos::prelude::*;
use leptos_auth0::ServerNavigation;
use leptos_router::hooks::use_location;

#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    half::set_status(404);
    let path = use_location().pathname.get_untracked();
    let is_server_path = path.starts_with(paths::SERVER);
    view! {
        {is_server_path.then(ServerNavigation)}
        <section class="centred">
            <p class="eyebrow">"404"</p>
            <h1 tabindex="-1">"Page not found"</h1>
            <p class="lede">"There is no page at this address. It may have moved, or the link has a typo."</p>
            <p><a class="button" href=paths::HOME>"Go to the start page"</a></p>
        </section>
    }
}
