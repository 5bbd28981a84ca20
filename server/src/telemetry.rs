//! The log: text by default, JSON with `LOG_FORMAT=json`. `RUST_LOG` sets the filter. With the feature `otel`, spans are
//! exported to `OTEL_EXPORTER_OTLP_ENDPOINT`.

use axum_auth0::Variables;
use tracing_subscriber::{EnvFilter, Layer, Registry, filter::ParseError, fmt, prelude::*};

/// What has to be shut down at the end.
#[derive(Debug, Default)]
#[must_use = "`shutdown` exports the last spans"]
pub struct Telemetry {
    #[cfg(feature = "otel")]
    traces: Option<otlp_traces::Traces>,
}

/// A layer of the subscriber.
type DynLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// The filter without `RUST_LOG`.
const DEFAULT_FILTER: &str = "info,sqlx=warn";

/// tower-sessions warns of every request whose cookie names a session that the store does not have. Sessions end, and browsers
/// keep their cookies, so this is not suspicious. A directive of `RUST_LOG` for the same target replaces it.
const EXPECTED_WARNINGS: &str = "tower_sessions_core::session=error";

/// Returns the filter of `RUST_LOG`, and why it is not used if it is invalid.
fn filter(rust_log: Option<&str>) -> (EnvFilter, Option<ParseError>) {
    let with_expected = |directives: &str| format!("{EXPECTED_WARNINGS},{directives}");
    let wanted = rust_log.unwrap_or(DEFAULT_FILTER);
    match EnvFilter::try_new(with_expected(wanted)) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new(with_expected(DEFAULT_FILTER)), Some(error)),
    }
}

/// Installs the subscriber. An invalid filter or endpoint is reported, and the default is used.
pub fn start(variables: &Variables) -> Telemetry {
    let (filter, problem) = filter(variables.get("RUST_LOG"));
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
            tracing::warn!(%problem, "RUST_LOG cannot be read; using {DEFAULT_FILTER}");
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Returns what is logged with this `RUST_LOG` of a request with the cookie of an ended session, and of a failing store.
    fn logged(rust_log: Option<&str>) -> String {
        let written = Written::default();
        let writer = written.clone();
        let layer = fmt::layer()
            .with_writer(move || writer.clone())
            .with_filter(filter(rust_log).0);
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(target: "tower_sessions_core::session", "record not found in store");
            tracing::error!(target: "tower_sessions_core::session", "the store failed");
            tracing::warn!(target: "site", "another warning");
        });
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_cookie_of_an_ended_session_is_no_warning_unless_it_is_asked_for() {
        for rust_log in [
            None,
            Some("info"),
            Some("debug,sqlx=warn"),
            Some("not=a=filter"),
        ] {
            let log = logged(rust_log);
            assert!(!log.contains("record not found"), "{rust_log:?}: {log}");
            assert!(log.contains("the store failed"), "{rust_log:?}: {log}");
            assert!(log.contains("another warning"), "{rust_log:?}: {log}");
        }
        let log = logged(Some("info,tower_sessions_core::session=warn"));
        assert!(log.contains("record not found"), "{log}");
    }
}
