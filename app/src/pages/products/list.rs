//! The list itself: a table on a wide screen, cards on a narrow one.

use super::{Page, row::ProductRow};
use crate::{
    api::{Listing, products::Product},
    components::{loading, part, problem},
    forms::Returned,
};
use leptos::prelude::*;
use leptos_auth0::{answer_page, whole};
use std::sync::{Arc, RwLock};

#[component]
pub(super) fn ProductList(page: Page, returned: Arc<Returned>) -> impl IntoView {
    let listing = move || page.products.get().map(Listing::into_products);
    // A list that cannot be read anew leaves the one before on the screen, and what was typed into it.
    let last = Arc::new(RwLock::new(Vec::<Product>::new()));
    let rows = move || {
        let mut last = last
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(Ok(now)) = listing() {
            *last = now;
        }
        last.clone()
    };
    let instead = move || match listing()? {
        Ok(products) if products.is_empty() => Some(whole(
            view! { <p class="empty">"There is nothing here yet. Add your first product above."</p> },
        )),
        Ok(_) => None,
        Err(error) => {
            answer_page(&error);
            Some(problem(error))
        }
    };
    // The roles are those that the elements have anyway: laying them out as cards would take them away.
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
