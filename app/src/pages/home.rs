//! The start page: an introduction, or a greeting and a summary of the products.

use crate::{
    api::products::list_products,
    components::{Loading, Problem},
    models::Product,
    routes::PRODUCTS,
};
use leptos::prelude::*;
use leptos_auth0::{LoginLink, SignedIn, SignedOut, use_user};

/// A product with at most this many pieces is running low.
const LOW_STOCK: u32 = 5;

#[component]
pub(crate) fn HomePage() -> impl IntoView {
    view! {
        <SignedOut><Welcome/></SignedOut>
        <SignedIn><Dashboard/></SignedIn>
    }
}

#[component]
fn Welcome() -> impl IntoView {
    view! {
        <section class="hero">
            <p class="eyebrow">"A sample site, built with leptos-auth0"</p>
            <h1 tabindex="-1">"Know what is on your shelves."</h1>
            <p class="lede">
                "Stockroom keeps a list of products for everyone who logs in. The list lives behind an API of its own; "
                "this site asks for it on your behalf, with an access token that is good for that API and nothing else."
            </p>
            <p><LoginLink class="button button-large" return_to=PRODUCTS.href() label="Open my stockroom"/></p>
        </section>
        <ul class="features">
            <li>
                <h2>"Tokens stay on the server"</h2>
                <p>"No token ever reaches this page, its scripts or its storage."</p>
            </li>
            <li>
                <h2>"The right token for the API"</h2>
                <p>"Its audience is checked before it is used. When it is wrong, the site says what to change."</p>
            </li>
            <li>
                <h2>"Works without JavaScript"</h2>
                <p>"Pages, forms, login and logout are plain HTML first."</p>
            </li>
        </ul>
    }
}

#[component]
fn Dashboard() -> impl IntoView {
    let user = use_user();
    let name = move || user.with(|user| Some(user.as_ref()?.display_name().to_owned()));
    view! {
        <section class="hero">
            <p class="eyebrow">"Welcome back"</p>
            <h1 tabindex="-1">"Hello, " {name}</h1>
            <p class="lede">"You are signed in, and your products are one click away."</p>
            <p><a class="button button-large" href=PRODUCTS.href()>"Open my stockroom"</a></p>
        </section>
        <section class="glance" aria-labelledby="glance">
            <h2 id="glance">"At a glance"</h2>
            <Glance/>
        </section>
    }
}

/// A summary of the user's products. The server streams this part of the page, so that the browser shows the content
/// above it before the API has responded.
#[component]
fn Glance() -> impl IntoView {
    let products = Resource::new(|| (), |()| list_products());
    view! {
        <Loading message="Counting…">
            {move || Suspend::new(async move {
                match products.await {
                    Ok(list) => view! { <Numbers products=list.products/> }.into_any(),
                    Err(error) => view! { <Problem error/> }.into_any(),
                }
            })}
        </Loading>
    }
}

#[component]
fn Numbers(products: Vec<Product>) -> impl IntoView {
    let low = products.iter().filter(|product| product.stock <= LOW_STOCK);
    let pieces = products.iter().map(|product| u64::from(product.stock));
    let numbers = [
        ("Products", products.len().to_string()),
        ("Pieces in stock", pieces.sum::<u64>().to_string()),
        ("Running low", low.count().to_string()),
    ];
    let numbers =
        numbers.map(|(what, number)| view! { <div><dt>{what}</dt><dd>{number}</dd></div> });
    view! { <dl class="numbers">{numbers.into_iter().collect_view()}</dl> }
}
