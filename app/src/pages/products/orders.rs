//! The list of orders. It is loaded with another access token than the products, and independently of them.

use super::List;
use crate::{
    api::Listing,
    components::{loading, part, problem},
    models::Order,
};
use leptos::prelude::*;
use leptos_auth0::{Whole, whole};

pub(super) fn order_list(orders: List) -> impl IntoView {
    let list = loading("Loading your orders…", move || {
        whole(part(move || {
            let orders = orders.get().map(Listing::into_orders)?;
            Some(orders.map_or_else(problem, shown))
        }))
    });
    view! {
        <section class="orders" aria-labelledby="orders">
            <h2 id="orders">"My orders"</h2>
            {list}
        </section>
    }
}

fn shown(orders: Vec<Order>) -> Whole {
    if orders.is_empty() {
        return whole(view! { <p class="empty">"You have not ordered anything yet."</p> });
    }
    let rows = orders.into_iter().map(|order| {
        let what = [&order.quantity.to_string(), " × ", &order.product, " "].concat();
        let since = [&order.status, " ", &order.placed_at].concat();
        whole(view! { <li><span>{what}</span><span>{since}</span></li> })
    });
    let rows: Vec<_> = rows.collect();
    whole(view! { <ul>{rows}</ul> })
}
