//! The HTML document.

use crate::app::App;
use leptos::{hydration::AutoReload, hydration::HydrationScripts, prelude::*};
use leptos_auth0::{site_path, use_base_path};
use leptos_meta::{HashedStylesheet, MetaTags};

/// Returns the HTML document for the server's router: head, styles, scripts, and the app in the body.
pub fn shell(options: LeptosOptions) -> impl IntoView {
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
                <link rel="icon" href=site_path("/favicon.svg") type="image/svg+xml"/>
                <HashedStylesheet options=options.clone() root=use_base_path() id="leptos"/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options root=use_base_path() islands=true/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
