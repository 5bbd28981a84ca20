//! The root component: authentication, layout and routes.

use crate::{
    components::Layout,
    pages::{HomePage, NotFoundPage, ProductsPage, ProfilePage, SignedOutPage},
    paths,
};
use leptos::prelude::*;
use leptos_auth0::{Protected, provide_auth, whole};
use leptos_router::{
    SsrMode, StaticSegment,
    components::{FlatRoutes, Route, Router},
};

/// The root component of the site.
#[component]
pub fn App() -> impl IntoView {
    provide_auth();

    // A protected page is rendered completely before it is sent, so that it works without JavaScript. Home streams in
    // order, so that the browser shows its first part before the API has responded.
    view! {
        <Router>
            <Layout>
                <FlatRoutes fallback=|| whole(NotFoundPage())>
                    <Route path=StaticSegment(paths::HOME) view=|| whole(HomePage()) ssr=SsrMode::InOrder/>
                    <Route
                        path=StaticSegment(paths::PROFILE)
                        view=|| whole(view! { <Protected><ProfilePage/></Protected> })
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=StaticSegment(paths::PRODUCTS)
                        view=|| whole(view! { <Protected><ProductsPage/></Protected> })
                        ssr=SsrMode::Async
                    />
                    <Route path=StaticSegment(paths::SIGNED_OUT) view=|| whole(SignedOutPage()) ssr=SsrMode::Async/>
                </FlatRoutes>
            </Layout>
        </Router>
    }
}
