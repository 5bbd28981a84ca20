//! The form for a new product.

use crate::{
    api::products::AddProduct,
    components::{Problem, TextField},
};
use leptos::{form::ActionForm, prelude::*};
use leptos_auth0::{PageUserField, form_action, use_failed_form};

/// The form for a new product. If the last submission failed, it is open and has what the user typed.
#[component]
pub(super) fn AddProductForm() -> impl IntoView {
    let add = ServerAction::<AddProduct>::new();
    let error = add.value().get_untracked().and_then(Result::err);
    let is_open = error.is_some();
    let typed = use_failed_form::<AddProduct>();
    let typed = |field: fn(&AddProduct) -> &String| typed.as_ref().map(field).cloned();
    let (name, category) = (typed(|form| &form.name), typed(|form| &form.category));
    let (price, stock) = (typed(|form| &form.price), typed(|form| &form.stock));
    view! {
        <details class="panel" open=is_open>
            <summary>"Add a product"</summary>
            <ActionForm action=add>
                <PageUserField/>
                {error.clone().map(|error| view! { <Problem error of_form=true/> })}
                <div class="fields">
                    <TextField name="name" id="add-name" label="Name" value=name error=error.as_ref()/>
                    <TextField name="category" id="add-category" label="Category" value=category error=error.as_ref()/>
                    <TextField
                        name="price"
                        id="add-price"
                        label="Price in EUR"
                        value=price
                        inputmode="decimal"
                        error=error.as_ref()
                    />
                    <TextField name="stock" id="add-stock" label="Stock" value=stock inputmode="numeric" error=error.as_ref()/>
                </div>
                <p class="field-note">"A price of more than €1,000 needs a second factor."</p>
                <button class="button" type="submit" formaction=form_action(add)>"Add product"</button>
            </ActionForm>
        </details>
    }
}
