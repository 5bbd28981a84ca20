//! One product, and the forms to order, to rename and to delete it.

use super::Page;
use crate::{
    api::{
        orders::PlaceOrder,
        products::{DeleteProduct, RenameProduct},
    },
    components::{format_price, part, problem, server_form, text_field},
    error::Field,
    forms::{FormState, RENAME, Returned},
    half,
    models::Product,
};
use leptos::{prelude::*, server_fn::ServerFn as _};
use leptos_auth0::whole;
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
            <td role="cell" class="actions">
                {order_button(page, &product, returned)}
                <Editor page product returned/>
            </td>
        </tr>
    }
}

/// A form that orders one piece.
fn order_button(page: Page, product: &Product, returned: &Returned) -> impl IntoView + use<> {
    let key = returned.key_for(&product.id);
    let name = product.name.clone();
    let (of_product, ordered) = (name.clone(), name.clone());
    let done = Arc::new(move |_| Page::finish(page.orders, "Ordered one ", &ordered));
    let fields = view! {
        {hidden("product", name)}
        {hidden("quantity", "1".to_owned())}
        {hidden("idempotency_key", key)}
        {button("button button-quiet", "Order 1", of_product)}
    };
    server_form(PlaceOrder::PATH, page.ordering, done, whole(fields))
}

/// A hidden field.
fn hidden(name: &'static str, value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}

/// A button that names its product for screen readers.
fn button(class: &'static str, label: &'static str, of_product: String) -> impl IntoView {
    view! {
        <button class=class type="submit">
            {label} <span class="visually-hidden">" " {of_product}</span>
        </button>
    }
}

/// The forms that open below a row. `<details>` opens without JavaScript. Because of its group name, opening one closes
/// the previous one, which keeps its input.
#[component]
fn Editor<'r>(page: Page, product: Product, returned: &'r Returned) -> impl IntoView + use<> {
    let Product { id, name, .. } = product;
    let failed = returned.in_row(&id);
    let typed = if failed.is_some() && returned.form.form == RENAME {
        returned.form.name.clone()
    } else {
        name.clone()
    };
    let open = failed.is_some();
    let state = FormState::new(failed);

    // A renamed product is rendered as a new row, so the focus has to be restored.
    let summary_id = String::from("edit-") + &id;
    if page.focus.with_value(|focus| focus.as_ref() == Some(&id)) {
        page.focus.set_value(None);
        half::focus(&["#", &summary_id].concat());
    }
    let renamed = Arc::new({
        let id = id.clone();
        move |name: String| {
            page.focus.set_value(Some(id.clone()));
            Page::finish(page.products, "Renamed to ", &name);
        }
    });
    let deleted = Arc::new({
        let name = name.clone();
        move |_| {
            Page::finish(page.products, "Deleted ", &name);
            half::focus("#done");
        }
    });

    let field_id = String::from("name-") + &id;
    let (id_again, of_product, of_product_again) = (id.clone(), name.clone(), name.clone());
    let rename = view! {
        {hidden("id", id)}
        {text_field(Field::Name, field_id, "New name", typed, "text", state)}
        <button class="button" type="submit">"Save"</button>
    };
    let delete = view! {
        {hidden("id", id_again)}
        {button("button button-danger", "Delete", of_product_again)}
    };
    view! {
        <details class="editor" name="editor" open=open>
            <summary id=summary_id>"Edit" <span class="visually-hidden">" " {of_product}</span></summary>
            <div class="editor-panel" aria-busy=move || state.busy()>
                {part(move || state.error.get().map(problem))}
                {server_form(RenameProduct::PATH, state, renamed, whole(rename))}
                {server_form(DeleteProduct::PATH, state, deleted, whole(delete))}
            </div>
        </details>
    }
}
