//! The root component and its page.

use leptos::prelude::*;
use leptos_auth0::{PageUserField, provide_auth, set_page_status, use_failed_form};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

use crate::functions::{Order, list_products};

/// The root component.
#[component]
pub fn App() -> impl IntoView {
    provide_auth();
    view! {
        <Router>
            <Routes fallback=|| "There is no such page.">
                <Route path=path!("/products") view=ProductsPage ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}

#[component]
fn ProductsPage() -> impl IntoView {
    let products = Resource::new(|| (), |()| list_products());
    view! {
        <h1>"My products"</h1>
        <Suspense fallback=|| "Loading…">
            {move || Suspend::new(async move {
                match products.await {
                    Ok(list) => {
                        let items = list.into_iter().map(|product| view! { <li>{product.name}</li> });
                        view! { <ul>{items.collect_view()}</ul> }.into_any()
                    }
                    Err(error) => {
                        set_page_status(&error);
                        view! { <p role="alert">{error.to_string()}</p> }.into_any()
                    }
                }
            })}
        </Suspense>
        <OrderForm/>
    }
}

#[component]
fn OrderForm() -> impl IntoView {
    let order = ServerAction::<Order>::new();
    // Without JavaScript, the page is loaded again, with the error and what the user typed.
    let typed = use_failed_form::<Order>();
    let name = typed.as_ref().map(|form| form.name.clone());
    let pieces = typed.map_or(1, |form| form.pieces);
    let message = move || match order.value().get()? {
        Ok(()) => Some("Thank you.".to_owned()),
        Err(error) => Some(error.to_string()),
    };
    view! {
        <ActionForm action=order>
            <PageUserField/>
            <p role="status">{message}</p>
            <label>"Product " <input name="name" value=name/></label>
            <label>"Pieces " <input name="pieces" type="number" value=pieces/></label>
            <button>"Order"</button>
        </ActionForm>
    }
}
