//! The orders API as a program of its own.

use std::{net::SocketAddr, process::ExitCode};

use api_support::CommonArguments;
use clap::Parser;
use orders_api::{Database, Settings, router};

/// An API that serves each user their own orders and verifies access tokens.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    common: CommonArguments,
    /// The port to listen on.
    #[arg(long, default_value_t = 4002)]
    port: u16,
    /// This API's identifier, the audience of its tokens.
    #[arg(long, env = "ORDERS_API_AUDIENCE")]
    audience: String,
    /// The file for the orders, or :memory:
    #[arg(long, default_value = "orders.db")]
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
    api_support::run("orders-api", address, settings, router).await
}
