//! Metrics for Prometheus: `GET /metrics` on a port of its own, which the public site does not have.

use std::{io, net::SocketAddr, time::Duration};

use axum::{Router, routing::get};
use axum_auth0::Variables;
use http::header;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::options::{OptionsError, parse};

/// The variable with the address.
const VARIABLE: &str = "METRICS_ADDR";

/// The port that the exporters of OpenTelemetry use for Prometheus.
const DEFAULT: SocketAddr = SocketAddr::V4(std::net::SocketAddrV4::new(
    std::net::Ipv4Addr::LOCALHOST,
    9464,
));

/// Upper bounds of the buckets of all durations, in seconds. An operation of SQLite takes tenths of a millisecond, and a
/// provider seconds.
const BUCKETS: &[f64] = &[
    0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    5.0, 10.0,
];

/// Interval at which recorded durations are sorted into their buckets, also if nothing scrapes them.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// The media type of the text format (<https://prometheus.io/docs/instrumenting/exposition_formats/>).
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Why the metrics cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MetricsError {
    /// The variable is not an address.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The address is not available.
    #[error("{VARIABLE}: cannot listen on {0}: {1}")]
    Listen(SocketAddr, #[source] io::Error),
    /// The recorder cannot be installed.
    #[error("the metrics cannot be recorded: {0}")]
    Recorder(String),
}

/// Records metrics and serves them at `METRICS_ADDR`: an address, or `off`. Returns the address that it listens on.
///
/// If the default port is in use, for example by a second site on this machine, that is logged, and the site starts
/// without metrics.
///
/// # Errors
///
/// If the variable is not an address, or its address is not available.
pub async fn start(
    variables: &Variables,
) -> Result<Option<(SocketAddr, JoinHandle<()>)>, MetricsError> {
    if variables.get(VARIABLE) == Some("off") {
        return Ok(None);
    }
    let address = parse(
        variables,
        VARIABLE,
        "an address like 127.0.0.1:9464, or off",
        DEFAULT,
    )?;
    let is_default = variables.get(VARIABLE).is_none();
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(error) if is_default && error.kind() == io::ErrorKind::AddrInUse => {
            tracing::warn!(%address, "metrics are off: the port is in use; {VARIABLE} sets another one, or `off`");
            return Ok(None);
        }
        Err(error) => return Err(MetricsError::Listen(address, error)),
    };
    let address = listener
        .local_addr()
        .map_err(|error| MetricsError::Listen(address, error))?;
    let handle = install().map_err(MetricsError::Recorder)?;
    tracing::info!("metrics are at http://{address}/metrics");
    let serving = tokio::spawn(async move {
        let served = axum::serve(listener, router(handle.clone()));
        tokio::select! {
            Err(error) = async { served.await } => tracing::error!(%error, "metrics are no longer served"),
            () = keep_up(&handle) => {}
        }
    });
    Ok(Some((address, serving)))
}

/// Installs the recorder of this process.
fn install() -> Result<PrometheusHandle, String> {
    let durations = Matcher::Suffix("_seconds".to_owned());
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(durations, BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| error.to_string())?;
    axum_auth0::metrics::describe();
    Ok(handle)
}

fn router(handle: PrometheusHandle) -> Router {
    let metrics = move || async move { ([(header::CONTENT_TYPE, TEXT_FORMAT)], handle.render()) };
    Router::new().route("/metrics", get(metrics))
}

async fn keep_up(handle: &PrometheusHandle) {
    let mut interval = tokio::time::interval(UPKEEP_INTERVAL);
    loop {
        interval.tick().await;
        handle.run_upkeep();
    }
}
