//! The root component: authentication, layout and routes.

use crate::{
    components::Layout,
    pages::{HomePage, NotFoundPage, ProductsPage, ProfilePage, ReportPage, SignedOutPage},
    routes::{HOME, PRODUCTS, PROFILE, REPORT, SIGNED_OUT},
};
use leptos::prelude::*;
use leptos_auth0::{AuthProvider, use_base_path};
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
};

/// The root component of the site. The server renders it; in the browser, only its islands run.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();

    // A protected page is rendered completely before it is sent, so that it works without JavaScript. Home streams in
    // order, so that the browser shows its first part before the API has responded.
    view! {
        <Title formatter=|title: String| match title.as_str() {
            "" => "Stockroom".to_owned(),
            title => format!("{title} · Stockroom"),
        }/>
        <AuthProvider>
            <Router base=use_base_path()>
                <Layout>
                    <FlatRoutes fallback=NotFoundPage>
                        <Route path=HOME.segment() view=|| HOME.view(HomePage) ssr=SsrMode::InOrder/>
                        <Route path=PRODUCTS.segment() view=|| PRODUCTS.view(ProductsPage) ssr=SsrMode::Async/>
                        <Route path=PROFILE.segment() view=|| PROFILE.view(ProfilePage) ssr=SsrMode::Async/>
                        <Route path=REPORT.segment() view=|| REPORT.view(ReportPage) ssr=SsrMode::Async/>
                        <Route path=SIGNED_OUT.segment() view=|| SIGNED_OUT.view(SignedOutPage) ssr=SsrMode::Async/>
                    </FlatRoutes>
                </Layout>
            </Router>
        </AuthProvider>
    }
}
