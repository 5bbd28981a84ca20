//! The user's products: a list, a form to add a product, and the forms to order, rename and delete one. Below them the
//! orders, from another API with another access token.

mod add_product;
mod edit_product;
mod list;
mod orders;
mod row;

use crate::{api::orders::PlaceOrder, components::Problem};
use add_product::AddProductForm;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use list::ProductList;
use orders::OrderList;

#[component]
pub(crate) fn ProductsPage() -> impl IntoView {
    let order = ServerAction::<PlaceOrder>::new();
    view! {
        <header class="page-head">
            <h1 tabindex="-1">"My products"</h1>
            <p class="lede">"They belong to you alone: the API lists them by the subject of your access token."</p>
        </header>
        <AddProductForm/>
        <div class="outcome">
            {match order.value().get_untracked() {
                Some(Err(error)) => view! { <Problem error/> }.into_any(),
                _ => view! { <Done/> }.into_any(),
            }}
        </div>
        <ProductList order/>
        <OrderList/>
    }
}

/// Confirms the action that redirected to this page.
#[component]
fn Done() -> impl IntoView {
    let done = use_query_map().with_untracked(|query| query.get("done"));
    let sentence = match done.as_deref() {
        Some("added") => "The product was added.",
        Some("renamed") => "The product was renamed.",
        Some("deleted") => "The product was deleted.",
        Some("ordered") => "Your order was placed.",
        _ => return None,
    };
    // The focus makes a screen reader announce it.
    Some(view! { <p class="done" id="done" role="status" tabindex="-1" autofocus>{sentence}</p> })
}
