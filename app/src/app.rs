//! The root: who is signed in, the frame around every page, the routes.

use crate::{
    components::Layout,
    half,
    pages::{HomePage, NotFoundPage, ProductsPage, ProfilePage, SignedOutPage},
    paths,
};
use leptos::prelude::*;
use leptos_auth0::{HardNavigation, Protected, provide_auth};
use leptos_router::{
    SsrMode, StaticSegment, WildcardSegment,
    components::{FlatRoutes, Route, Router},
};

/// The whole site.
#[component]
pub fn App() -> impl IntoView {
    provide_auth();
    Effect::new(|_| half::mark_hydrated());

    // A page that needs a user is rendered as a whole, so that it is complete without JavaScript. Home streams in
    // order, which is: its first part is on the screen before the API has answered.
    view! {
        <Router>
            <Layout>
                <FlatRoutes fallback=NotFoundPage>
                    <Route path=StaticSegment(paths::HOME) view=HomePage ssr=SsrMode::InOrder/>
                    <Route
                        path=StaticSegment(paths::PROFILE)
                        view=|| view! { <Protected><ProfilePage/></Protected> }
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=StaticSegment(paths::PRODUCTS)
                        view=|| view! { <Protected><ProductsPage/></Protected> }
                        ssr=SsrMode::Async
                    />
                    <Route path=StaticSegment(paths::SIGNED_OUT) view=SignedOutPage ssr=SsrMode::Async/>
                    <Route path=(StaticSegment("auth"), WildcardSegment("route")) view=HardNavigation/>
                </FlatRoutes>
            </Layout>
        </Router>
    }
}
