//! The list of products: a table on a wide screen, cards on a narrow one.

use super::{Page, row::ProductRow};
use crate::{
    api::Listing,
    components::{loading, part, problem},
    forms::Returned,
    models::Product,
};
use leptos::prelude::*;
use leptos_auth0::{set_page_status, whole};
use std::sync::{Arc, RwLock};

#[component]
pub(super) fn ProductList(page: Page, returned: Arc<Returned>) -> impl IntoView {
    let listing = move || page.products.get().map(Listing::into_products);
    // If a reload fails, the previous list is kept, including the input of its forms.
    let last = Arc::new(RwLock::new(Vec::<Product>::new()));
    let rows = move || {
        let mut last = last
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(Ok(products)) = listing() {
            *last = products;
        }
        last.clone()
    };
    let instead = move || match listing()? {
        Ok(products) if products.is_empty() => Some(whole(
            view! { <p class="empty">"There is nothing here yet. Add your first product above."</p> },
        )),
        Ok(_) => None,
        Err(error) => {
            set_page_status(&error);
            Some(problem(error))
        }
    };
    // The elements have these roles by default, but lose them when CSS displays them as cards.
    let table = move || {
        whole(view! {
            {part(instead)}
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
                <tbody role="rowgroup">
                    <For
                        each=rows.clone()
                        key=Product::clone
                        children={
                            let returned = Arc::clone(&returned);
                            move |product| view! { <ProductRow page product returned=&returned/> }
                        }
                    />
                </tbody>
            </table>
        })
    };
    loading("Loading your products…", table)
}
