//! The form for a new product.

use super::Page;
use crate::{
    api::products::AddProduct,
    components::{part, problem, server_form, text_field},
    error::Field,
    forms::{FormState, Returned, TypedForm},
    half,
};
use leptos::{prelude::*, server_fn::ServerFn as _};
use leptos_auth0::whole;
use std::sync::Arc;

#[component]
pub(super) fn AddForm<'r>(page: Page, returned: &'r Returned) -> impl IntoView + use<> {
    let failed = returned.add();
    let open = failed.is_some();
    let typed = if open {
        returned.form.clone()
    } else {
        TypedForm::default()
    };
    let TypedForm {
        name,
        category,
        price,
        stock,
        ..
    } = typed;
    let state = FormState::new(failed);
    let done = Arc::new(move |name: String| {
        Page::finish(page.products, "Added ", &name);
        half::focus("#add-name");
    });
    let fields = view! {
        {part(move || state.error.get().map(problem))}
        <div class="fields">
            {text_field(Field::Name, "add-name".into(), "Name", name, "text", state)}
            {text_field(Field::Category, "add-category".into(), "Category", category, "text", state)}
            {text_field(Field::Price, "add-price".into(), "Price in EUR", price, "decimal", state)}
            {text_field(Field::Stock, "add-stock".into(), "Stock", stock, "numeric", state)}
        </div>
        <button class="button" type="submit" aria-busy=move || state.busy()>
            {move || if state.pending.get() { "Adding…" } else { "Add product" }}
        </button>
    };
    view! {
        <details class="panel" open=open>
            <summary>"Add a product"</summary>
            {server_form(AddProduct::PATH, state, done, whole(fields))}
        </details>
    }
}
