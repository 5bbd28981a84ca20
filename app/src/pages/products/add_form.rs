//! The form for a new product.

use super::Page;
use crate::{
    Field,
    api::products::AddProduct,
    components::{FormState, ServerForm, TextField, part, problem},
    forms::{ProductForm, Returned},
    half,
};
use leptos::{prelude::*, server_fn::ServerFn as _};
use std::sync::Arc;

#[component]
pub(super) fn AddForm<'r>(page: Page, returned: &'r Returned) -> impl IntoView + use<> {
    let (typed, failed) = returned.add().unzip();
    let open = failed.is_some();
    let ProductForm {
        name,
        category,
        price,
        stock,
    } = typed.unwrap_or_default();
    let state = FormState::new(failed);
    let done = Arc::new(move |name: String| {
        page.finish("Added ", &name);
        half::focus("#add-name");
    });
    view! {
        <details class="panel" open=open>
            <summary>"Add a product"</summary>
            <ServerForm action=AddProduct::PATH state done>
                {part(move || state.error.get().map(problem))}
                <div class="fields">
                    <TextField field=Field::Name id="add-name".into() label="Name" value=name state/>
                    <TextField field=Field::Category id="add-category".into() label="Category" value=category state/>
                    <TextField
                        field=Field::Price
                        id="add-price".into()
                        label="Price in EUR"
                        value=price
                        inputmode="decimal"
                        state
                    />
                    <TextField
                        field=Field::Stock
                        id="add-stock".into()
                        label="Stock"
                        value=stock
                        inputmode="numeric"
                        state
                    />
                </div>
                <button class="button" type="submit" aria-busy=move || state.busy()>
                    {move || if state.pending.get() { "Adding…" } else { "Add product" }}
                </button>
            </ServerForm>
        </details>
    }
}
