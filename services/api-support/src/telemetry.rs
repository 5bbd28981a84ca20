//! Log and traces of an API as a program.

use std::io;

use tracing_subscriber::{EnvFilter, Layer as _, fmt, prelude::*};

/// What has to be shut down at the end.
#[derive(Debug, Default)]
pub(crate) struct Telemetry {
    #[cfg(feature = "otel")]
    traces: Option<otlp_traces::Traces>,
}

impl Telemetry {
    /// Logs to stderr; `RUST_LOG` sets the level. With the feature `otel`, exports traces if an endpoint is configured.
    pub(crate) fn start(name: &'static str) -> Self {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
        let log = fmt::layer().with_writer(io::stderr).with_filter(filter);
        #[cfg(feature = "otel")]
        {
            let started = otlp_traces::start(name, |variable| std::env::var(variable).ok());
            let (traces, problem) = match started {
                Ok(traces) => (traces, None),
                Err(error) => (None, Some(error)),
            };
            let layer = traces.as_ref().map(otlp_traces::Traces::layer);
            tracing_subscriber::registry().with(layer).with(log).init();
            if let Some(problem) = problem {
                tracing::error!(%problem, "traces are off");
            }
            Self { traces }
        }
        #[cfg(not(feature = "otel"))]
        {
            let _ = name;
            tracing_subscriber::registry().with(log).init();
            Self::default()
        }
    }

    /// Exports the remaining spans.
    #[cfg_attr(
        not(feature = "otel"),
        expect(clippy::unused_async, reason = "nothing to export")
    )]
    pub(crate) async fn shutdown(self) {
        #[cfg(feature = "otel")]
        if let Some(traces) = self.traces {
            // An error means that the task panicked, which is logged.
            let _ = tokio::task::spawn_blocking(|| traces.shutdown()).await;
        }
    }
}
