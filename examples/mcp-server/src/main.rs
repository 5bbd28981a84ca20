//! An MCP server (Model Context Protocol) whose tools act on the data of the user who logged in. MCP clients find out
//! from its metadata where users log in. `examples/README.md` says how to run it.

mod notes;
mod tools;

use std::{env, sync::Arc};

use axum::Router;
use axum_auth0_bearer::{Requirement, ResourceMetadata, Verifier, VerifierError};
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
};
use tokio::net::TcpListener;
use url::Url;

use crate::tools::{NoteTools, READ, WRITE};

/// Returns the verifier of the tokens for the server at `url`. MCP clients request tokens for this URL (RFC 8707), so it
/// is the audience.
fn verifier(issuer: &str, url: &Url) -> Result<Verifier, VerifierError> {
    let metadata = ResourceMetadata::new(url.as_str())?
        .scopes_supported([READ, WRITE])
        .resource_name("Notes");
    Ok(Verifier::new(issuer, url.as_str())?.resource_metadata(metadata))
}

/// Returns the server at `url`. Every request needs a token of a user.
fn router(verifier: &Verifier, url: &Url) -> Router {
    let tools = NoteTools::default();
    let config = StreamableHttpServerConfig::default()
        // Each request is a call of its own with its own token, so there is no session that another user could enter.
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_allowed_hosts([url.authority()]);
    let server = StreamableHttpService::new(
        move || Ok(tools.clone()),
        Arc::new(NeverSessionManager::default()),
        config,
    );
    Router::new()
        .route_service(url.path(), server)
        .route_layer(verifier.require(Requirement::scope(READ)))
        .merge(verifier.metadata_router())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    // A file that does not exist is no error.
    dotenvy::from_filename(".env.local").ok();
    dotenvy::dotenv().ok();
    let issuer = env::var("AUTH0_DOMAIN")
        .map_err(|_| "set AUTH0_DOMAIN to the provider of this server's tokens")?;
    // What clients connect to. At Auth0, it is the identifier of an API.
    let url = env::var("MCP_SERVER_URL").unwrap_or_else(|_| "http://127.0.0.1:8000/mcp".to_owned());
    let url = Url::parse(&url)?;
    let verifier = verifier(&issuer, &url)?;
    let address = env::var("MCP_LISTEN").unwrap_or_else(|_| "127.0.0.1:8000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("{url}");
    axum::serve(listener, router(&verifier, &url)).await?;
    Ok(())
}
