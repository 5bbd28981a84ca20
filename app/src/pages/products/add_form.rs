//! The form for a new product.

use super::Page;
use crate::{
    AppError, Field,
    api::products::AddProduct,
    components::{Problem, TextField},
    forms::ProductForm,
    half,
};
use leptos::{form::ActionForm, html::Form, prelude::*};

#[component]
pub(super) fn AddForm(page: Page) -> impl IntoView {
    let add = ServerAction::<AddProduct>::new();
    let (typed, failed) = page
        .returned
        .with_value(|returned| {
            returned
                .as_ref()?
                .add()
                .map(|(form, error)| (form.clone(), error.clone()))
        })
        .unzip();
    let open = failed.is_some();
    let ProductForm {
        name,
        category,
        price,
        stock,
    } = typed.unwrap_or_default();

    // What the last attempt came to; before the first one, what the page came back with.
    let failure = Memo::new(move |_| match add.value().get() {
        Some(outcome) => outcome.err(),
        None => failed.clone(),
    });
    let fault =
        move |field| Signal::derive(move || failure.with(|error| error.as_ref()?.fault_of(field)));
    let pending = add.pending();

    let form = NodeRef::<Form>::new();
    Effect::new(move |_| {
        let added = add.value().with(|outcome| matches!(outcome, Some(Ok(()))));
        if added {
            let name = add
                .input()
                .with_untracked(|input| input.as_ref().map(|input| input.name.clone()));
            if let Some(form) = form.get_untracked() {
                form.reset();
            }
            page.finish(String::from("Added ") + name.unwrap_or_default().trim() + ".");
            half::focus("#add-name");
        }
    });
    Effect::new(move |_| {
        if failure.with(|error| matches!(error, Some(AppError::Invalid(_)))) {
            half::focus("[aria-invalid='true']");
        }
    });

    view! {
        <details class="panel" open=open>
            <summary>"Add a product"</summary>
            <ActionForm action=add node_ref=form>
                {move || failure.get().map(|error| view! { <Problem error/> })}
                <div class="fields">
                    <TextField field=Field::Name id="add-name".into() label="Name" value=name fault=fault(Field::Name)/>
                    <TextField
                        field=Field::Category
                        id="add-category".into()
                        label="Category"
                        value=category
                        fault=fault(Field::Category)
                    />
                    <TextField
                        field=Field::Price
                        id="add-price".into()
                        label="Price in EUR"
                        value=price
                        inputmode="decimal"
                        fault=fault(Field::Price)
                    />
                    <TextField
                        field=Field::Stock
                        id="add-stock".into()
                        label="Stock"
                        value=stock
                        inputmode="numeric"
                        fault=fault(Field::Stock)
                    />
                </div>
                <button class="button" type="submit" disabled=pending aria-busy=move || pending.get().then_some("true")>
                    {move || if pending.get() { "Adding…" } else { "Add product" }}
                </button>
            </ActionForm>
        </details>
    }
    .into_any()
}
