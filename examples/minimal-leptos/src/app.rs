//! The app: its pages, its server functions, and their error.

use crate::app_router::{ActionPage, ClientPage, ServerPage};
use leptos::{
    form::ActionForm,
    hydration::{AutoReload, HydrationScripts},
    prelude::*,
};
#[cfg(feature = "ssr")]
use leptos_auth0::server::{axum_auth0::Api, require_user};
use leptos_auth0::{
    AuthError, LoginLink, LogoutButton, PageUserField, Protected, SignedIn, SignedOut, form_action,
    provide_auth, server_fn_error, site_path, use_base_path, use_failed_form, use_user,
};
use leptos_router::{
    SsrMode,
    components::{A, Route, Router, Routes},
    path,
};
use serde::{Deserialize, Serialize};

/// The API at `PRODUCTS_API_URL`. A login requests an access token for its audience, `AUTH0_AUDIENCE`.
#[cfg(feature = "ssr")]
pub struct ProductsApi;

#[cfg(feature = "ssr")]
impl Api for ProductsApi {
    const ENV_PREFIX: &'static str = "PRODUCTS";
    const SCOPES: &'static [&'static str] = &["read:products", "write:products"];
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Product {
    pub id: String,
    pub name: String,
}

/// The error of the server functions.
#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    #[error(transparent)]
    Auth(#[from] AuthError),
    #[error("Please enter a name of at least three characters.")]
    NameTooShort,
}
server_fn_error!(AppError, AppError::NameTooShort => 422);

#[server]
pub async fn list_products() -> Result<Vec<Product>, AppError> {
    #[derive(Deserialize)]
    struct Body {
        products: Vec<Product>,
    }
    let user = require_user()?;
    let response = user.api::<ProductsApi>().get(["products"]).send().await?;
    let body: Body = response.json()?;
    Ok(body.products)
}

#[server]
pub async fn add_product(name: String) -> Result<(), AppError> {
    let user = require_user()?;
    if name.trim().chars().count() < 3 {
        return Err(AppError::NameTooShort);
    }
    let product = serde_json::json!({
        "name": name, "category": "Other", "priceCents": 100, "currency": "EUR", "stock": 1,
    });
    let request = user.api::<ProductsApi>().post(["products"]).json(&product);
    request.send().await?;
    Ok(())
}

#[component]
fn HomePage() -> impl IntoView {
    let user = use_user();
    view! {
        <h1>{move || user.get().map_or_else(|| "Welcome".to_owned(), |user| format!("Hello {}", user.display_name()))}</h1>
    }
}

#[component]
fn ProductsPage() -> impl IntoView {
    let add = ServerAction::<AddProduct>::new();
    let products = Resource::new(move || add.version().get(), |_| list_products());
    // What the user typed, if the browser posted the form itself and it failed.
    let typed = use_failed_form::<AddProduct>().map(|form| form.name);
    let list = move || {
        Suspend::new(async move {
            match products.await {
                Ok(products) => view! {
                    <ul>{products.into_iter().map(|product| view! { <li>{product.name}</li> }).collect_view()}</ul>
                }
                .into_any(),
                Err(error) => view! { <p role="alert">{error.to_string()}</p> }.into_any(),
            }
        })
    };
    view! {
        <h1>"My products"</h1>
        <ActionForm action=add>
            <PageUserField/>
            <label>"Name " <input name="name" value=typed/></label>
            <button formaction=form_action(add)>"Add"</button>
        </ActionForm>
        {move || add.value().get()?.err().map(|error| view! { <p role="alert">{error.to_string()}</p> })}
        <Transition fallback=|| "Loading…">{list}</Transition>
    }
}

#[component]
pub fn App() -> impl IntoView {
    provide_auth();
    // `use_base_path`, `site_path` and `form_action` let the site run below a path of its host, such as `/shop`.
    view! {
        <Router base=use_base_path()>
            <nav>
                <A href=site_path("/")>"Home"</A> " "
                <A href=site_path("/products")>"My products"</A> " "
                <SignedIn><LogoutButton/></SignedIn>
                <SignedOut><LoginLink/></SignedOut>
            </nav>
            <main>
                <Routes fallback=|| view! { <h1>"Not found"</h1> }>
                    <Route path=path!("/") view=HomePage/>
                    // A page that is rendered completely before it is sent works without JavaScript.
                    <Route
                        path=path!("/products")
                        view=|| view! { <Protected><ProductsPage/></Protected> }
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("/app-router/server") view=ServerPage ssr=SsrMode::Async/>
                    <Route path=path!("/app-router/client") view=ClientPage/>
                    <Route path=path!("/app-router/action") view=ActionPage/>
                    <Route path=path!("/signed-out") view=|| view! { <h1>"You are logged out"</h1> }/>
                </Routes>
            </main>
        </Router>
    }
}

/// The HTML document.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>"Minimal Leptos"</title>
                <link rel="icon" href="data:,"/>
                <AutoReload options=options.clone()/>
                <HydrationScripts options root=use_base_path()/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
