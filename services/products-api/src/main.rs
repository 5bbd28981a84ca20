//! The products API as a program of its own.

use std::{net::SocketAddr, process::ExitCode};

use api_support::CommonArguments;
use clap::Parser;
use products_api::{Database, Settings, router};

/// An API that serves each user their own products and verifies access tokens.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    common: CommonArguments,
    /// The port to listen on.
    #[arg(long, default_value_t = 4001)]
    port: u16,
    /// This API's identifier, the audience of its tokens.
    #[arg(long, env = "AUTH0_AUDIENCE")]
    audience: String,
    /// The file for the products, or :memory:
    #[arg(long, default_value = "products.db")]
    database: Database,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let address = SocketAddr::new(arguments.common.address, arguments.port);
    let settings = Settings {
        issuer: arguments.common.issuer,
        audience: arguments.audience,
        public_url: arguments.common.public_url,
        database: arguments.database,
    };
    api_support::run("products-api", address, settings, router).await
}
