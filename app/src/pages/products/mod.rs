//! The user's products: a list, a form to add one, and for each one a form to rename and one to delete it.

mod add_form;
mod list;
mod row;

use crate::{api::products::Listing, components::problem, forms::Returned, half};
use add_form::AddForm;
use leptos::prelude::*;
use leptos_auth0::LightJsonEncoding;
use list::ProductList;
use std::sync::Arc;

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Page {
    /// The list, as the API has it.
    products: Resource<Listing, LightJsonEncoding>,
    /// The product whose row gets the focus when it is drawn anew.
    focus: StoredValue<Option<String>>,
}

impl Page {
    /// Says what was done to the product `name`, and gets the list as it is now.
    fn finish(self, done: &str, name: &str) {
        half::announce(&[done, name.trim(), "."].concat());
        self.products.refetch();
    }
}

#[component]
pub(crate) fn ProductsPage() -> impl IntoView {
    let returned = Arc::new(Returned::on_this_page());
    let elsewhere = returned.elsewhere();
    let page = Page {
        products: Listing::resource(),
        focus: StoredValue::new(None),
    };
    view! {
        <header class="page-head">
            <h1 tabindex="-1">"My products"</h1>
            <p class="lede">"They belong to you alone: the API lists them by the subject of your access token."</p>
        </header>
        {elsewhere.map(problem)}
        <AddForm page returned=&returned/>
        <p class="done" id="done" role="status" tabindex="-1"></p>
        <ProductList page returned/>
    }
}
