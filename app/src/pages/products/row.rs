//! One product, with a form that orders it and a link that opens its editor.

use super::edit_product::ProductEditor;
use crate::{
    api::orders::PlaceOrder, components::format_price, models::Product, routes::PRODUCTS,
    server::new_idempotency_key,
};
use leptos::{form::ActionForm, prelude::*};
use leptos_auth0::{PageUserField, form_action, use_failed_form};

#[component]
pub(super) fn ProductRow(
    product: Product,
    /// Whether the editor is open.
    is_edited: bool,
    order: ServerAction<PlaceOrder>,
) -> impl IntoView {
    let Product {
        id,
        name,
        category,
        price_cents,
        currency,
        stock,
    } = product;
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">{name.clone()}</th>
            <td role="cell" data-label="Category">{category}</td>
            <td role="cell" data-label="Price" class="number">{format_price(price_cents, &currency)}</td>
            <td role="cell" data-label="Stock" class="number">{stock}</td>
            <td role="cell" class="actions">
                <OrderForm name=name.clone() order/>
                <Editor id name is_open=is_edited/>
            </td>
        </tr>
    }
}

/// The forms that open below a row. Opening them is a link, so that the page has the forms of one row only.
#[component]
fn Editor(id: String, name: String, is_open: bool) -> impl IntoView {
    let (label, href) = if is_open {
        ("Close", PRODUCTS.href())
    } else {
        ("Edit", format!("{}?edit={id}#editor", PRODUCTS.href()))
    };
    view! {
        <div class="editor" id=is_open.then_some("editor")>
            <a href=href>{label} <span class="visually-hidden">" " {name.clone()}</span></a>
            {is_open.then(|| view! { <ProductEditor id name/> })}
        </div>
    }
}

/// A form that orders one piece.
#[component]
fn OrderForm(name: String, order: ServerAction<PlaceOrder>) -> impl IntoView {
    // After a failure, a second attempt is not a second order.
    let key = use_failed_form::<PlaceOrder>()
        .filter(|form| form.product == name)
        .map_or_else(new_idempotency_key, |form| form.idempotency_key);
    view! {
        <ActionForm action=order>
            <PageUserField/>
            <input type="hidden" name="product" value=name.clone()/>
            <input type="hidden" name="quantity" value="1"/>
            <input type="hidden" name="idempotency_key" value=key/>
            <button class="button button-quiet" type="submit" formaction=form_action(order)>
                "Order 1" <span class="visually-hidden">" " {name}</span>
            </button>
        </ActionForm>
    }
}
