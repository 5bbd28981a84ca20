//! The layout of every page: skip link, header with navigation, main part, footer.

use crate::{
    islands::SingleSubmission,
    routes::{HOME, PRODUCTS, PROFILE, REPORT, REPORT_ROLE},
};
use leptos::prelude::*;
use leptos_auth0::{
    LoginLink, LogoutButton, SessionEndTime, SessionExpiry, SessionNotice, SignedIn, SignedOut,
    SignupLink, site_path, use_user,
};
use leptos_router::components::A;

/// The layout of every page.
#[component]
pub(crate) fn Layout(children: Children) -> impl IntoView {
    let user = use_user();
    view! {
        <a class="skip-link" href="#main">"Skip to content"</a>
        <header class="site-header">
            <div class="site-header-inner">
                <a class="brand" href=HOME.href()>
                    <span class="brand-mark" aria-hidden="true"></span>
                    "Stockroom"
                </a>
                <nav class="site-nav" aria-label="Main">
                    <SignedIn>
                        <OrganizationName/>
                        <A href=PRODUCTS.href()>{PRODUCTS.title}</A>
                        <A href=PROFILE.href()>{PROFILE.title}</A>
                        // It only hides the link; the guards of the page and of its server function decide.
                        <Show when=move || user.get().is_some_and(|user| user.has_role(REPORT_ROLE))>
                            <A href=REPORT.href()>{REPORT.title}</A>
                        </Show>
                        {cfg!(debug_assertions).then(|| view! { <a href=site_path("/tokens")>"Tokens"</a> })}
                        <LogoutButton class="button button-quiet"/>
                    </SignedIn>
                    <SignedOut>
                        <SignupLink class="button button-quiet"/>
                        <LoginLink class="button"/>
                    </SignedOut>
                </nav>
            </div>
        </header>
        <main id="main" class="page" tabindex="-1">
            <SessionNotice/>
            {move || user.get().and_then(|user| user.actor).map(|actor| view! { <ActorNotice actor/> })}
            <SignedIn><SessionExpiry/></SignedIn>
            <Show when=move || user.is_unavailable()>
                <p class="notice" role="alert">
                    "Your login cannot be checked at the moment. Please try again shortly."
                </p>
            </Show>
            {children()}
        </main>
        <footer class="site-footer">
            <SessionEndTime/>
            <p>
                "The sample site of leptos-auth0. Your tokens stay on the server; this page never sees them."
            </p>
        </footer>
        <SingleSubmission/>
    }
}

/// The name of the organization that the user is signed in to.
#[component]
fn OrganizationName() -> impl IntoView {
    let user = use_user();
    let name = move || {
        user.with(|user| {
            let own = user.as_ref()?.organization()?;
            let name = own.name.as_ref().unwrap_or(&own.id).clone();
            Some(view! { <span class="organization-name">{name}</span> })
        })
    };
    view! { {name} }
}

/// Says that another user acts as the signed-in one.
#[component]
fn ActorNotice(
    /// The subject of the other user; empty if it is unknown.
    actor: String,
) -> impl IntoView {
    let who = if actor.is_empty() {
        "Another user".to_owned()
    } else {
        actor
    };
    view! {
        <p class="notice" role="note">
            <strong>{who}</strong>
            " acts for this user. What you do here is done in the name of the user."
        </p>
    }
}
