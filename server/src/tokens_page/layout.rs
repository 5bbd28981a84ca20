//! The document around the tree. It looks like the site's other pages.

use leptos::prelude::*;

use super::{PATH, site::Site};

/// Returns the document with `main` as its main part.
pub(super) fn document(site: &Site, main: impl IntoView) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>"Tokens · Stockroom"</title>
                <link rel="icon" href=site.path("/favicon.svg") type="image/svg+xml"/>
                {site.stylesheets()}
            </head>
            <body>
                <a class="skip-link" href="#main">"Skip to content"</a>
                {header(site)}
                <main id="main" class="page" tabindex="-1">
                    {main}
                </main>
                <footer class="site-footer">
                    <p>"This page exists in development only. A release build does not contain it."</p>
                </footer>
            </body>
        </html>
    }
}

fn header(site: &Site) -> impl IntoView + use<> {
    view! {
        <header class="site-header">
            <div class="site-header-inner">
                <a class="brand" href=site.path("/")>
                    <span class="brand-mark" aria-hidden="true"></span>
                    "Stockroom"
                </a>
                <nav class="site-nav" aria-label="Main">
                    <a href=site.path("/products")>"My products"</a>
                    <a href=site.path("/profile")>"Profile"</a>
                    <a href=site.path(PATH) aria-current="page">"Tokens"</a>
                    <form method="post" action=site.logout_path()>
                        <button type="submit" class="button button-quiet">"Log out"</button>
                    </form>
                </nav>
            </div>
        </header>
    }
}
