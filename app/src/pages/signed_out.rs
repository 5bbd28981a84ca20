//! Where the provider returns to after a logout.

use crate::paths;
use leptos::prelude::*;
use leptos_auth0::{LoginLink, SignedIn, SignedOut};

#[component]
pub(crate) fn SignedOutPage() -> impl IntoView {
    view! {
        <section class="centred">
            <h1 tabindex="-1"><SignedOut>"You are signed out"</SignedOut><SignedIn>"You are signed in"</SignedIn></h1>
            <SignedOut>
                <p class="lede">"Your session on this site has ended. Nothing of it is left in this browser."</p>
                <p><LoginLink class="button" return_to=paths::PRODUCTS label="Open my stockroom"/></p>
            </SignedOut>
            <SignedIn>
                <p class="lede">"You came to the page for after a logout, but your session is still there."</p>
                <p><a class="button" href=paths::HOME>"Go to the start page"</a></p>
            </SignedIn>
        </section>
    }
}
