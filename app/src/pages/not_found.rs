//! The page for unknown paths.

use crate::routes::HOME;
use leptos::prelude::*;
use leptos_auth0::server::set_status;
use leptos_meta::Title;

#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    set_status(404);
    view! {
        <Title text="Page not found"/>
        <section class="centred">
            <p class="eyebrow">"404"</p>
            <h1 tabindex="-1">"Page not found"</h1>
            <p class="lede">"There is no page at this address. It may have moved, or the link has a typo."</p>
            <p><a class="button" href=HOME.href()>"Go to the start page"</a></p>
        </section>
    }
}
