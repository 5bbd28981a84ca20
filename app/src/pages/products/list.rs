//! The list itself: a table on a wide screen, cards on a narrow one.

use super::{Page, row::ProductRow};
use crate::{api::products::Product, components::Problem};
use leptos::prelude::*;

#[component]
pub(super) fn ProductList(page: Page) -> impl IntoView {
    let products = page.products;
    // A list that cannot be read anew leaves the one before on the screen, and what was typed into it.
    let last = StoredValue::new(Vec::<Product>::new());
    let rows = move || {
        if let Some(Ok(now)) = products.get() {
            last.set_value(now.products);
        }
        last.get_value()
    };
    let failure = move || {
        products.get().and_then(Result::err).map(|error| {
            leptos_auth0::answer_page(&error);
            view! { <Problem error/> }
        })
    };
    let is_empty = move || {
        products
            .get()
            .is_some_and(|answer| answer.is_ok_and(|now| now.products.is_empty()))
    };
    // The roles are those that the elements have anyway: laying them out as cards would take them away.
    view! {
        <Transition fallback=|| view! { <p class="loading" aria-busy="true">"Loading your products…"</p> }>
            {failure}
            {move || {
                is_empty()
                    .then(|| view! { <p class="empty">"There is nothing here yet. Add your first product above."</p> })
            }}
            <table class="products" role="table" hidden=move || rows().is_empty()>
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
                    <For each=rows key=Product::clone let:product>
                        <ProductRow page product/>
                    </For>
                </tbody>
            </table>
        </Transition>
    }
    .into_any()
}
