//! The list of orders. It is loaded with another access token than the products, and independently of them.

use crate::{
    api::orders::list_orders,
    components::{Loading, Problem},
    models::Order,
};
use leptos::prelude::*;

#[component]
pub(super) fn OrderList() -> impl IntoView {
    let orders = Resource::new(|| (), |()| list_orders());
    view! {
        <section class="orders" aria-labelledby="orders">
            <h2 id="orders">"My orders"</h2>
            <Loading message="Loading your orders…">
                {move || Suspend::new(async move {
                    match orders.await {
                        Ok(list) if list.orders.is_empty() => {
                            view! { <p class="empty">"You have not ordered anything yet."</p> }.into_any()
                        }
                        Ok(list) => {
                            let orders = list.orders.into_iter().map(|order| view! { <OrderItem order/> });
                            view! { <ul>{orders.collect_view()}</ul> }.into_any()
                        }
                        Err(error) => view! { <Problem error/> }.into_any(),
                    }
                })}
            </Loading>
        </section>
    }
}

#[component]
fn OrderItem(order: Order) -> impl IntoView {
    let what = format!("{} × {} ", order.quantity, order.product);
    let since = format!("{} {}", order.status, order.placed_at);
    view! { <li><span>{what}</span><span>{since}</span></li> }
}
