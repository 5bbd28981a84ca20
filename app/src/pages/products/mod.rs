//! The user's products: a list, a form to add one, and for each one a form to rename and one to delete it.

mod add_form;
mod list;
mod row;

use crate::{
    AppError,
    api::products::{Products, list_products},
    components::Problem,
    forms::Returned,
    half,
};
use add_form::AddForm;
use leptos::{prelude::*, server::ServerActionError};
use list::ProductList;

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Page {
    /// The list, as the API has it.
    products: Resource<Result<Products, AppError>>,
    /// What was done last, in words.
    done: RwSignal<String>,
    /// The product whose row gets the focus when it is drawn anew.
    focus: StoredValue<Option<String>>,
    /// A form that failed without JavaScript.
    returned: StoredValue<Option<Returned>>,
}

impl Page {
    /// Says what was done, and gets the list as it is now.
    fn finish(self, done: String) {
        self.done.set(done);
        self.products.refetch();
    }
}

#[component]
pub(crate) fn ProductsPage() -> impl IntoView {
    // The framework would show an error from the page's address in a form. Anyone can write an address; what failed
    // without JavaScript comes back by `Returned`.
    provide_context(ServerActionError::new("", ""));
    let returned = SharedValue::new(half::returned_form).into_inner();
    let elsewhere = returned
        .as_ref()
        .filter(|returned| returned.form.is_none())
        .map(|returned| returned.error.clone());
    let page = Page {
        products: Resource::new(|| (), |()| list_products()),
        done: RwSignal::new(String::new()),
        focus: StoredValue::new(None),
        returned: StoredValue::new(returned),
    };
    view! {
        <header class="page-head">
            <h1 tabindex="-1">"My products"</h1>
            <p class="lede">"They belong to you alone: the API lists them by the subject of your access token."</p>
        </header>
        {elsewhere.map(|error| view! { <Problem error/> })}
        <AddForm page/>
        <p class="done" id="done" role="status" tabindex="-1">{page.done}</p>
        <ProductList page/>
    }
}
