//! The router.

use axum::Router;
use leptos::prelude::*;
use leptos_auth0::server::{
    axum_auth0::{Auth0, BuildError, Variables},
    is_server_function,
};
use leptos_axum::{LeptosRoutes as _, generate_route_list};

use crate::{App, products_api::ProductsApi};

/// Returns the site.
///
/// # Errors
/// If the configuration has problems.
pub async fn router(variables: Variables) -> Result<Router, BuildError> {
    let auth0 = Auth0::builder()
        .variables(variables)
        .login_api::<ProductsApi>()
        .protect(["/products"])
        .data_routes(is_server_function)
        .build()
        .await?;
    let options = LeptosOptions::builder().output_name("own-error").build();
    let pages = Router::new()
        .leptos_routes(&options, generate_route_list(App), shell)
        .with_state(options);
    Ok(auth0.wrap(pages))
}

fn shell() -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <title>"Own error"</title>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
