//! One product, and the forms to rename and to delete it.

use super::Page;
use crate::{
    Field,
    api::products::{DeleteProduct, Product, RenameProduct},
    components::{FormState, ServerForm, TextField, format_price, part, problem},
    forms::Returned,
    half,
};
use leptos::{prelude::*, server_fn::ServerFn as _};
use std::sync::Arc;

#[component]
pub(super) fn ProductRow<'r>(
    page: Page,
    product: Product,
    returned: &'r Returned,
) -> impl IntoView + use<> {
    let price = format_price(product.price_cents, &product.currency);
    let stock = product.stock.to_string();
    let (name, category) = (product.name.clone(), product.category.clone());
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">{name}</th>
            <td role="cell" data-label="Category">{category}</td>
            <td role="cell" data-label="Price" class="number">{price}</td>
            <td role="cell" data-label="Stock" class="number">{stock}</td>
            <td role="cell" class="actions"><Editor page product returned/></td>
        </tr>
    }
}

/// Opens below its row. It is a `<details>`, so it opens without JavaScript, and one of a group, so the one before
/// closes; what was typed there stays.
#[component]
fn Editor<'r>(page: Page, product: Product, returned: &'r Returned) -> impl IntoView + use<> {
    let Product { id, name, .. } = product;
    let (typed, rename_failed) = returned.rename(&id).unzip();
    let failed = rename_failed.or_else(|| returned.delete(&id));
    let open = failed.is_some();
    let state = FormState::new(failed);

    // A renamed product is a new row: the focus goes where it was.
    let summary_id = String::from("edit-") + &id;
    if page.focus.with_value(|focus| focus.as_ref() == Some(&id)) {
        page.focus.set_value(None);
        half::focus(&["#", &summary_id].concat());
    }
    let renamed = Arc::new({
        let id = id.clone();
        move |name: String| {
            page.focus.set_value(Some(id.clone()));
            page.finish("Renamed to ", &name);
        }
    });
    let deleted = Arc::new({
        let name = name.clone();
        move |_| {
            page.finish("Deleted ", &name);
            half::focus("#done");
        }
    });

    let field_id = String::from("name-") + &id;
    let (id_again, of_product, of_product_again) = (id.clone(), name.clone(), name.clone());
    view! {
        <details class="editor" name="editor" open=open>
            <summary id=summary_id>"Edit" <span class="visually-hidden">" " {of_product}</span></summary>
            <div class="editor-panel" aria-busy=move || state.busy()>
                {part(move || state.error.get().map(problem))}
                <ServerForm action=RenameProduct::PATH state done=renamed>
                    <input type="hidden" name="id" value=id/>
                    <TextField field=Field::Name id=field_id label="New name" value=typed.unwrap_or(name) state/>
                    <button class="button" type="submit">"Save"</button>
                </ServerForm>
                <ServerForm action=DeleteProduct::PATH state done=deleted>
                    <input type="hidden" name="id" value=id_again/>
                    <button class="button button-danger" type="submit">
                        "Delete" <span class="visually-hidden">" " {of_product_again}</span>
                    </button>
                </ServerForm>
            </div>
        </details>
    }
}
