//! The layout of every page: skip link, header with navigation, main part, footer.

use super::part;
use crate::{half, paths, stage};
use leptos::prelude::*;
use leptos_auth0::{LoginLink, LogoutButton, SignedIn, SignedOut, use_user, whole};
use leptos_router::hooks::use_location;

/// The layout of every page.
#[component]
pub(crate) fn Layout<C>(children: TypedChildren<C>) -> impl IntoView
where
    C: IntoView + 'static,
{
    let children = children.into_inner();
    follow_navigation();
    let user = use_user();
    view! {
        // External, because the router would handle the click by scrolling without moving the focus.
        <a class="skip-link" rel="external" href="#main">"Skip to content"</a>
        <header class="site-header">
            <div class="site-header-inner">
                <a class="brand" href=paths::HOME>
                    <span class="brand-mark" aria-hidden="true"></span>
                    "Stockroom"
                </a>
                <nav class="site-nav" aria-label="Main">
                    <SignedIn>
                        <NavLink href=paths::PRODUCTS label="My products"/>
                        <NavLink href=paths::PROFILE label="Profile"/>
                        {stage::nav_link()}
                        <LogoutButton class="button button-quiet"/>
                    </SignedIn>
                    <SignedOut>
                        <LoginLink class="button"/>
                    </SignedOut>
                </nav>
            </div>
        </header>
        <main id="main" class="page" tabindex="-1">
            {part(move || {
                user.is_unavailable()
                    .then(|| {
                        whole(view! {
                            <p class="notice" role="alert">
                                "Your login cannot be checked at the moment. Please try again shortly."
                            </p>
                        })
                    })
            })}
            {children()}
        </main>
        <footer class="site-footer">
            <p>
                "The sample site of leptos-auth0. Your tokens stay on the server; this page never sees them."
            </p>
        </footer>
    }
}

/// A navigation link, marked if it points to the current page.
#[component]
fn NavLink(href: &'static str, label: &'static str) -> impl IntoView {
    let path = use_location().pathname;
    let current = move || path.with(|path| path == href).then_some("page");
    view! { <a href=href aria-current=current>{label}</a> }
}

/// Sets the document's title after a navigation inside the app and moves the focus to the heading, so that a screen
/// reader announces the new page. The first run of the effect marks the page as hydrated.
fn follow_navigation() {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        match before {
            None => half::mark_hydrated(),
            Some(before) if before == path => {}
            Some(_) => {
                half::set_title(paths::title(&path));
                half::focus("h1[tabindex='-1']");
            }
        }
        path
    });
}
