//! How much a page that waits for its API is answered under overload, by the limit of requests in progress.

use std::{path::Path, time::Duration};

use crate::{
    Error, client::Target, cores::Cores, load::Rate, login, phase::Phase, server::Server, slow_api,
    usage,
};

const LIMITS: [u32; 7] = [16, 32, 64, 128, 256, 512, 1_024];

/// Latencies of the API.
const LATENCIES: [Duration; 3] = [
    Duration::from_millis(20),
    Duration::from_millis(100),
    Duration::from_millis(500),
];

/// Far more than the server can answer, by connections that wait for their answers.
const OFFERED: Rate = Rate::PerSecond(8_000);

/// Prints a table for each latency.
pub(crate) async fn measure(
    cores: Option<&Cores>,
    executable: &Path,
    site: &Path,
    time: Duration,
) -> Result<(), Error> {
    for latency in LATENCIES {
        println!("\nan API that answers after {latency:?}");
        Phase::print_head();
        for limit in LIMITS {
            let variables = [
                ("PRODUCTS_API_URL", slow_api::start(latency).await?),
                ("SERVER_MAX_REQUESTS", limit.to_string()),
            ];
            let server = Server::start(cores.cloned(), executable, site, &variables).await?;
            let target = Target {
                cookie: Some(login::log_in(server.address()).await?),
                ..Target::public(server.address(), "/products")
            };
            let connections = crate::OVERLOAD_CONNECTIONS;
            let phase = Phase::run(&server, &target, connections, OFFERED, time).await;
            let memory = usage::peak_mib(server.id());
            phase.print(&format!("limit {limit}, {memory} MiB"));
            server.stop().await?;
        }
    }
    Ok(())
}
