//! Links of an app with hydration to routes of the server.

use crate::auth_routes::AuthRoutes;
use leptos::{
    prelude::document,
    wasm_bindgen::{JsCast as _, closure::Closure},
};
use web_sys::{Element, Event};

/// Lets the browser follow links to the engine's routes. The app's router would take the click and find no view.
pub(crate) fn follow_links_to_the_server(routes: &AuthRoutes) {
    let paths = [&routes.login, &routes.logout, &routes.profile].map(Clone::clone);
    let on_click = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let Some(link) = target.and_then(|target| target.closest("a[href]").ok()?) else {
            return;
        };
        let href = link.get_attribute("href").unwrap_or_default();
        let path = href.split(['?', '#']).next().unwrap_or_default();
        if paths.iter().any(|server| server == path) {
            // The router ignores external links.
            _ = link.set_attribute("rel", "external");
        }
    });
    // The router listens in the bubbling phase.
    _ = document().add_event_listener_with_callback_and_bool(
        "click",
        on_click.as_ref().unchecked_ref(),
        true,
    );
    on_click.forget();
}
