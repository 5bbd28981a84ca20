//! The page that the provider redirects to after a logout.

use crate::routes::PRODUCTS;
use leptos::prelude::*;
use leptos_auth0::{LoginLink, SignedIn, SignedOut};

#[component]
pub(crate) fn SignedOutPage() -> impl IntoView {
    view! {
        <SignedIn>
            <section class="centred">
                <h1 tabindex="-1">"You are signed in"</h1>
                <p class="lede">"This is the page for after a logout, but your session is still there."</p>
            </section>
        </SignedIn>
        <SignedOut>
            <section class="centred">
                <h1 tabindex="-1">"You are signed out"</h1>
                <p class="lede">"Your session on this site has ended. Nothing of it is left in this browser."</p>
                <p><LoginLink class="button" return_to=PRODUCTS.href() label="Open my stockroom"/></p>
            </section>
        </SignedOut>
    }
}
