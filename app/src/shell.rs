//! The HTML document.

use std::sync::Arc;

use crate::app::App;
use leptos::{hydration::AutoReload, hydration::HydrationScripts, nonce::use_nonce, prelude::*};
use leptos_auth0::{site_path, use_base_path};
use leptos_meta::{HashedStylesheet, MetaTags};

/// The text of the stylesheet. A page with this context contains it, so that the browser paints without another request.
#[derive(Clone, Debug)]
pub struct InlineStylesheet(pub Arc<str>);

/// Pages of the site replace each other smoothly. Every page contains the rule: Chromium may look for it before it has loaded
/// the stylesheet, and then cancels the animation.
const VIEW_TRANSITION: &str =
    "@media (prefers-reduced-motion:no-preference){@view-transition{navigation:auto}}";

/// Returns the HTML document for the server's router: head, styles, scripts, and the app in the body.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let inline = use_context::<InlineStylesheet>();
    // The browser fetches a stylesheet that does not apply last, and keeps it for the next page.
    let media = inline.is_some().then_some("not all");
    let inline = inline
        .map(|InlineStylesheet(text)| view! { <style nonce=use_nonce() inner_html=text></style> });
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
                <style nonce=use_nonce() inner_html=VIEW_TRANSITION></style>
                {inline}
                <HashedStylesheet options=options.clone() root=use_base_path() id="leptos" attr:media=media/>
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
