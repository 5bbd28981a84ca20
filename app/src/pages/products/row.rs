//! One product, and the forms to rename and to delete it.

use super::Page;
use crate::{
    AppError, Field,
    api::products::{DeleteProduct, Product, RenameProduct},
    components::{Problem, TextField, format_price},
    half,
};
use leptos::{form::ActionForm, html, prelude::*};

#[component]
pub(super) fn ProductRow(page: Page, product: Product) -> impl IntoView {
    let price = format_price(product.price_cents, &product.currency);
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">{product.name.clone()}</th>
            <td role="cell" data-label="Category">{product.category.clone()}</td>
            <td role="cell" data-label="Price" class="number">{price}</td>
            <td role="cell" data-label="Stock" class="number">{product.stock}</td>
            <td role="cell" class="actions"><Editor page product/></td>
        </tr>
    }
    .into_any()
}

/// Opens below its row. It is a `<details>`, so it opens without JavaScript.
#[component]
fn Editor(page: Page, product: Product) -> impl IntoView {
    let Product { id, name, .. } = product;
    let rename = ServerAction::<RenameProduct>::new();
    let delete = ServerAction::<DeleteProduct>::new();
    let (typed, rename_failed, delete_failed) = page.returned.with_value(|returned| {
        let returned = returned.as_ref();
        let rename = returned.and_then(|returned| returned.rename(&id));
        (
            rename.map(|(name, _)| name.to_owned()),
            rename.map(|(_, error)| error.clone()),
            returned.and_then(|returned| returned.delete(&id)).cloned(),
        )
    });
    let open = rename_failed.is_some() || delete_failed.is_some();

    let renaming = Memo::new(move |_| failure(rename.value().get(), rename_failed.as_ref()));
    let deleting = Memo::new(move |_| failure(delete.value().get(), delete_failed.as_ref()));
    let fault =
        Signal::derive(move || renaming.with(|error| error.as_ref()?.fault_of(Field::Name)));
    let busy = move || rename.pending().get() || delete.pending().get();

    let details = NodeRef::<html::Details>::new();
    let summary = NodeRef::<html::Summary>::new();
    Effect::new({
        let id = id.clone();
        move |_| {
            let renamed = rename
                .value()
                .with(|outcome| matches!(outcome, Some(Ok(()))));
            if renamed {
                let to = rename
                    .input()
                    .with_untracked(|input| input.as_ref().map(|input| input.name.clone()));
                if let Some(details) = details.get_untracked() {
                    details.set_open(false);
                }
                page.focus.set_value(Some(id.clone()));
                page.finish(String::from("Renamed to ") + to.unwrap_or_default().trim() + ".");
            }
        }
    });
    Effect::new({
        let name = name.clone();
        move |_| {
            let deleted = delete
                .value()
                .with(|outcome| matches!(outcome, Some(Ok(()))));
            if deleted {
                page.finish(String::from("Deleted ") + &name + ".");
                half::focus("#done");
            }
        }
    });
    // A renamed product is a new row: the focus goes where it was.
    Effect::new({
        let id = id.clone();
        move |_| {
            if page.focus.with_value(|focus| focus.as_ref() == Some(&id))
                && let Some(summary) = summary.get()
            {
                page.focus.set_value(None);
                _ = summary.focus();
            }
        }
    });

    let field_id = String::from("name-") + &id;
    let (id_again, of_product) = (id.clone(), name.clone());
    view! {
        <details class="editor" open=open node_ref=details>
            <summary node_ref=summary>"Edit" <span class="visually-hidden">" " {name.clone()}</span></summary>
            <div class="editor-panel" aria-busy=move || busy().then_some("true")>
                <ActionForm action=rename>
                    {move || renaming.get().map(|error| view! { <Problem error/> })}
                    <input type="hidden" name="id" value=id/>
                    <TextField
                        field=Field::Name
                        id=field_id
                        label="New name"
                        value=typed.unwrap_or(name)
                        fault
                    />
                    <button class="button" type="submit" disabled=busy>
                        {move || if rename.pending().get() { "Saving…" } else { "Save" }}
                    </button>
                </ActionForm>
                <ActionForm action=delete>
                    {move || deleting.get().map(|error| view! { <Problem error/> })}
                    <input type="hidden" name="id" value=id_again/>
                    <button class="button button-danger" type="submit" disabled=busy>
                        {move || if delete.pending().get() { "Deleting…" } else { "Delete" }}
                        <span class="visually-hidden">" " {of_product}</span>
                    </button>
                </ActionForm>
            </div>
        </details>
    }
}

/// Why the last attempt failed; before the first one, what the page came back with.
fn failure(last: Option<Result<(), AppError>>, returned: Option<&AppError>) -> Option<AppError> {
    match last {
        Some(outcome) => outcome.err(),
        None => returned.cloned(),
    }
}
