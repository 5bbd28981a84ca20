//! The server.

use axum::Router;
use leptos::config::get_configuration;
use leptos_auth0::server::{axum_auth0::Auth0, is_server_function};
use leptos_axum::{LeptosRoutes, file_and_error_handler, generate_route_list};
use minimal_leptos::{
    app::{App, ProductsApi, shell},
    app_router_api,
};
use tokio::{net::TcpListener, signal};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let options = get_configuration(None)?.leptos_options;
    let auth0 = Auth0::builder()
        .env()
        .login_api::<ProductsApi>()
        .protect(["/products"])
        .data_routes(is_server_function)
        .build()
        .await?;
    auth0.spawn_maintenance();

    let document = {
        let options = options.clone();
        move || shell(options.clone())
    };
    let app = Router::new()
        .merge(app_router_api::routes())
        .leptos_routes(&options, generate_route_list(App), document)
        .fallback(file_and_error_handler(shell))
        .with_state(options.clone());

    let listener = TcpListener::bind(options.site_addr).await?;
    println!("{}", auth0.config().base_url());
    axum::serve(listener, auth0.wrap(app))
        .with_graceful_shutdown(async { drop(signal::ctrl_c().await) })
        .await?;
    // A token refresh that is still running stores its result.
    auth0.shutdown(auth0.config().shutdown_timeout()).await;
    Ok(())
}
