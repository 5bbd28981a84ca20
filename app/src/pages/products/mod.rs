//! The user's products: a list, a form to add a product, and the forms to order, rename and delete each product. Below
//! them the orders, from another API with another access token.

mod add_form;
mod list;
mod orders;
mod row;

use crate::{
    api::Listing,
    components::{part, problem},
    forms::{FormState, returned_form},
    half,
};
use add_form::AddForm;
use leptos::prelude::*;
use leptos_auth0::LightJsonEncoding;
use list::ProductList;
use orders::order_list;
use std::sync::Arc;

type List = Resource<Listing, LightJsonEncoding>;

/// State shared by the parts of the page.
#[derive(Clone, Copy)]
struct Page {
    /// The products.
    products: List,
    /// The orders.
    orders: List,
    /// The state of all forms that order a product. The page shows their errors.
    ordering: FormState,
    /// The product whose row gets the focus when it is rendered again.
    focus: StoredValue<Option<String>>,
}

impl Page {
    /// Announces the completed action for the product `name` and reloads the changed list.
    fn finish(list: List, done: &str, name: &str) {
        half::announce(&[done, name.trim(), "."].concat());
        list.refetch();
    }
}

#[component]
pub(crate) fn ProductsPage() -> impl IntoView {
    let returned = Arc::new(returned_form());
    // Both lists are loaded concurrently and independently.
    let page = Page {
        products: Listing::of_products(),
        orders: Listing::of_orders(),
        ordering: FormState::new(returned.elsewhere()),
        focus: StoredValue::new(None),
    };
    view! {
        <header class="page-head">
            <h1 tabindex="-1">"My products"</h1>
            <p class="lede">"They belong to you alone: the API lists them by the subject of your access token."</p>
        </header>
        <AddForm page returned=&returned/>
        <div class="outcome">
            {part(move || page.ordering.error.get().map(problem))}
            <p class="done" id="done" role="status" tabindex="-1"></p>
        </div>
        <ProductList page returned/>
        {order_list(page.orders)}
    }
}
