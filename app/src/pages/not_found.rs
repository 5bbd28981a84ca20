//! The page for every address that there is no page for.

use crate::{half, paths};
use leptos::prelude::*;

#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    half::set_status(404);
    view! {
        <section class="centred">
            <p class="eyebrow">"404"</p>
            <h1 tabindex="-1">"Page not found"</h1>
            <p class="lede">"There is no page at this address. It may have moved, or the link has a typo."</p>
            <p><a class="button" href=paths::HOME>"Go to the start page"</a></p>
        </section>
    }
}
