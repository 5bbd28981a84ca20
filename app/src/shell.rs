//! The HTML document.

use crate::{app::App, paths};
use http::request::Parts;
use leptos::{hydration::AutoReload, hydration::HydrationScripts, prelude::*};
use leptos_meta::HashedStylesheet;

/// Returns the HTML document for the server's router: head, styles, scripts, and the app in the body.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let title = use_context::<Parts>().map_or("Stockroom", |parts| paths::title(parts.uri.path()));
    let scripts = view! { <HydrationScripts options=options.clone()/> };
    document(options, title, scripts, || view! { <App/> })
}

/// Returns an HTML document of the site, with `head` appended to its `<head>`.
pub(crate) fn document<B: IntoView>(
    options: LeptosOptions,
    title: &'static str,
    head: impl IntoView,
    body: impl FnOnce() -> B,
) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" content="#f7f7f4" media="(prefers-color-scheme: light)"/>
                <meta name="theme-color" content="#14171a" media="(prefers-color-scheme: dark)"/>
                <meta name="description" content="Stockroom, the sample site of leptos-auth0"/>
                <title inner_html=title/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HashedStylesheet options=options.clone() id="leptos"/>
                <AutoReload options/>
                {head}
            </head>
            <body>
                {body()}
            </body>
        </html>
    }
}
