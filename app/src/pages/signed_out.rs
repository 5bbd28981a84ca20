//! The page that the provider redirects to after a logout.

use crate::{components::part, paths};
use leptos::prelude::*;
use leptos_auth0::{LoginLink, use_user, whole};

#[component]
pub(crate) fn SignedOutPage() -> impl IntoView {
    let user = use_user();
    part(move || {
        Some(if user.is_signed_in() {
            whole(view! {
                <section class="centred">
                    <h1 tabindex="-1">"You are signed in"</h1>
                    <p class="lede">"This is the page for after a logout, but your session is still there."</p>
                </section>
            })
        } else {
            whole(view! {
                <section class="centred">
                    <h1 tabindex="-1">"You are signed out"</h1>
                    <p class="lede">"Your session on this site has ended. Nothing of it is left in this browser."</p>
                    <p><LoginLink class="button" return_to=paths::PRODUCTS label="Open my stockroom"/></p>
                </section>
            })
        })
    })
}
