//! The root: who is signed in, the frame around every page, the routes.

use crate::{
    components::Layout,
    pages::{HomePage, NotFoundPage, ProductsPage, ProfilePage, SignedOutPage},
    paths,
};
use leptos::prelude::*;
use leptos_auth0::{HardNavigation, Protected, at_once, provide_auth};
use leptos_router::{
    SsrMode, StaticSegment, WildcardSegment,
    components::{FlatRoutes, Route, Router},
};

/// The whole site.
#[component]
pub fn App() -> impl IntoView {
    provide_auth();

    // A page that needs a user is rendered as a whole, so that it is complete without JavaScript. Home streams in
    // order, which is: its first part is on the screen before the API has answered.
    view! {
        <Router>
            <Layout>
                <FlatRoutes fallback=|| at_once(NotFoundPage())>
                    <Route path=StaticSegment(paths::HOME) view=|| at_once(HomePage()) ssr=SsrMode::InOrder/>
                    <Route
                        path=StaticSegment(paths::PROFILE)
                        view=|| at_once(view! { <Protected><ProfilePage/></Protected> })
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=StaticSegment(paths::PRODUCTS)
                        view=|| at_once(view! { <Protected><ProductsPage/></Protected> })
                        ssr=SsrMode::Async
                    />
                    <Route path=StaticSegment(paths::SIGNED_OUT) view=|| at_once(SignedOutPage()) ssr=SsrMode::Async/>
                    <Route path=(StaticSegment("auth"), WildcardSegment("route")) view=HardNavigation/>
                </FlatRoutes>
            </Layout>
        </Router>
    }
}
