//! A site with a login on axum, without Leptos: an open page, a protected page, and a call of an API with the user's
//! access token. `examples/README.md` says how to run it.

use axum::{Router, response::Html, routing::get};
use axum_auth0::{Api, ApiError, Auth0, SignedInUser};
use html_escape::encode_text;
use serde::Deserialize;
use tokio::{net::TcpListener, signal};

/// The API at `PRODUCTS_API_URL`. A login requests an access token for its audience, `AUTH0_AUDIENCE`.
struct ProductsApi;

impl Api for ProductsApi {
    const ENV_PREFIX: &'static str = "PRODUCTS";
    const SCOPES: &'static [&'static str] = &["read:products"];
}

#[derive(Deserialize)]
struct Product {
    name: String,
}

/// Open to everyone.
async fn home(user: Option<SignedInUser>) -> Html<String> {
    let Some(user) = user else {
        return Html(r#"<p>Hello. <a href="/auth/login">Log in</a></p>"#.to_owned());
    };
    let name: String = user.claim("name").unwrap_or_default();
    let name = encode_text(&name);
    Html(format!(
        r#"<p>Hello {name}. <a href="/products">My products</a></p>
<form method="post" action="/auth/logout"><button>Log out</button></form>"#
    ))
}

/// Open to signed-in users: others are redirected to the login, which returns to this page.
async fn products(user: SignedInUser) -> Result<Html<String>, ApiError> {
    let call = user.api::<ProductsApi>().get(["products"]);
    let products: Vec<Product> = call.send().await?.json()?;
    let items = products
        .iter()
        .map(|product| format!("<li>{}</li>", encode_text(&product.name)));
    let items: String = items.collect();
    Ok(Html(format!("<h1>My products</h1><ul>{items}</ul>")))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let auth0 = Auth0::builder()
        .env_files(".")
        .login_api::<ProductsApi>()
        .build()
        .await?;
    auth0.spawn_maintenance();
    let app = Router::new()
        .route("/", get(home))
        .route("/products", get(products));
    // Scripts of the site reach the same list at `/products-api/products`, without a token of their own.
    let proxy = auth0.proxy::<ProductsApi>("/products-api").get("/products");
    let app = app.merge(proxy.into_router());
    let address = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("{}", auth0.config().base_url());
    axum::serve(listener, auth0.wrap(app))
        .with_graceful_shutdown(async { drop(signal::ctrl_c().await) })
        .await?;
    // A token refresh that is still running stores its result.
    auth0.shutdown(auth0.config().shutdown_timeout()).await;
    Ok(())
}
