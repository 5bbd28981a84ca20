//! The log: text by default, JSON with `LOG_FORMAT=json`. `RUST_LOG` sets the filter. With the feature `otel`, spans are
//! exported to `OTEL_EXPORTER_OTLP_ENDPOINT`.

use axum_auth0::Variables;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, prelude::*};

/// What has to be shut down at the end.
#[derive(Debug, Default)]
#[must_use = "`shutdown` exports the last spans"]
pub struct Telemetry {
    #[cfg(feature = "otel")]
    traces: Option<otlp_traces::Traces>,
}

/// A layer of the subscriber.
type DynLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Installs the subscriber. An invalid filter or endpoint is reported, and the default is used.
pub fn start(variables: &Variables) -> Telemetry {
    let default = "info,sqlx=warn,tower_sessions_core=error";
    let (filter, problem) = match EnvFilter::try_new(variables.get("RUST_LOG").unwrap_or(default)) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new(default), Some(error)),
    };
    let log = if variables.get("LOG_FORMAT") == Some("json") {
        fmt::layer().json().with_filter(filter).boxed()
    } else {
        fmt::layer().with_filter(filter).boxed()
    };
    #[cfg(feature = "otel")]
    let (telemetry, traces, no_traces) = traces(variables);
    #[cfg(not(feature = "otel"))]
    let (telemetry, traces, no_traces) = (Telemetry::default(), None::<DynLayer>, None::<String>);
    let layers: Vec<DynLayer> = traces.into_iter().chain([log]).collect();
    let started = tracing_subscriber::registry().with(layers).try_init();
    if started.is_ok() {
        if let Some(problem) = problem {
            tracing::warn!(%problem, "RUST_LOG cannot be read; using {default}");
        }
        if let Some(problem) = no_traces {
            tracing::error!(problem, "traces are off");
        }
    }
    telemetry
}

/// Returns the layer of the traces, if an endpoint is configured, and why there is none.
#[cfg(feature = "otel")]
fn traces(variables: &Variables) -> (Telemetry, Option<DynLayer>, Option<String>) {
    match otlp_traces::start("site", |name| variables.get(name).map(str::to_owned)) {
        Ok(traces) => {
            let layer = traces.as_ref().map(otlp_traces::Traces::layer);
            (Telemetry { traces }, layer, None)
        }
        Err(error) => (Telemetry::default(), None, Some(error.to_string())),
    }
}

impl Telemetry {
    /// Exports the remaining spans.
    #[cfg_attr(
        not(feature = "otel"),
        expect(clippy::unused_async, reason = "nothing to export")
    )]
    pub async fn shutdown(self) {
        #[cfg(feature = "otel")]
        if let Some(traces) = self.traces {
            // An error means that the task panicked, which is logged.
            let _ = tokio::task::spawn_blocking(|| traces.shutdown()).await;
        }
    }
}
