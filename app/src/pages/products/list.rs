//! The list of products: a table on a wide screen, cards on a narrow one.

use super::row::ProductRow;
use crate::{
    api::{orders::PlaceOrder, products::list_products},
    components::{Loading, Problem},
    models::Product,
};
use leptos::prelude::*;
use leptos_auth0::set_page_status;
use leptos_router::hooks::use_query_map;

#[component]
pub(super) fn ProductList(order: ServerAction<PlaceOrder>) -> impl IntoView {
    let products = Resource::new(|| (), |()| list_products());
    view! {
        <Loading message="Loading your products…">
            {move || Suspend::new(async move {
                match products.await {
                    Ok(list) if list.products.is_empty() => {
                        view! { <p class="empty">"There is nothing here yet. Add your first product above."</p> }
                            .into_any()
                    }
                    Ok(list) => view! { <ProductTable products=list.products order/> }.into_any(),
                    Err(error) => {
                        set_page_status(&error);
                        view! { <Problem error/> }.into_any()
                    }
                }
            })}
        </Loading>
    }
}

#[component]
fn ProductTable(products: Vec<Product>, order: ServerAction<PlaceOrder>) -> impl IntoView {
    let edited = use_query_map().with_untracked(|query| query.get("edit"));
    let rows = products
        .into_iter()
        .map(|product| {
            let is_edited = edited.as_ref() == Some(&product.id);
            view! { <ProductRow product is_edited order/> }
        })
        .collect_view();
    // The elements have these roles by default, but lose them when CSS displays them as cards.
    view! {
        <table class="products" role="table">
            <caption class="visually-hidden">"Your products"</caption>
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">"Name"</th>
                    <th role="columnheader" scope="col">"Category"</th>
                    <th role="columnheader" scope="col" class="number">"Price"</th>
                    <th role="columnheader" scope="col" class="number">"Stock"</th>
                    <th role="columnheader" scope="col"><span class="visually-hidden">"Actions"</span></th>
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
}
