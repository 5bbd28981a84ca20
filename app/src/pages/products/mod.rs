//! The user's products: a list, a form to add a product, and the forms to order, rename and delete one. Below them the
//! orders, from another API with another access token.

mod add_product;
mod edit_product;
mod list;
mod orders;
mod row;

use crate::{
    api::{
        orders::PlaceOrder,
        products::{DeleteProduct, RenameProduct},
    },
    components::Problem,
    error::AppError,
};
use add_product::AddProductForm;
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;
use list::ProductList;
use orders::OrderList;

#[component]
pub(crate) fn ProductsPage() -> impl IntoView {
    let order = ServerAction::<PlaceOrder>::new();
    // A product that does not exist any more has no editor that could show the error.
    let failed = failure::<PlaceOrder>()
        .or_else(failure::<DeleteProduct>)
        .or_else(failure::<RenameProduct>)
        .filter(|error| !matches!(error, AppError::Invalid(_)));
    view! {
        <header class="page-head">
            <h1 tabindex="-1">"My products"</h1>
            <p class="lede">"They belong to you alone: the API lists them by the subject of your access token."</p>
        </header>
        <AddProductForm/>
        <div class="outcome">
            {match failed {
                Some(error) => view! { <Problem error of_form=true/> }.into_any(),
                None => view! { <Done/> }.into_any(),
            }}
        </div>
        <ProductList order/>
        <OrderList/>
    }
}

/// Returns the error of the form of the server function `S`, if its last submission failed.
fn failure<S>() -> Option<AppError>
where
    S: ServerFn<Error = AppError, Output = ()> + Clone + Send + Sync + 'static,
{
    ServerAction::<S>::new()
        .value()
        .get_untracked()
        .and_then(Result::err)
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
