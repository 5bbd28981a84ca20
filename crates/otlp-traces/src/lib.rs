//! OpenTelemetry traces, exported by OTLP over HTTP.
//!
//! The spans are those of `tracing` in the crates of this repository. They are exported in the background to
//! `OTEL_EXPORTER_OTLP_ENDPOINT`; without it nothing is set up. Spans contain names, statuses and durations, and no token,
//! cookie, query or body.

mod filter;
mod propagation;

use std::{error::Error, fmt};

use opentelemetry::{Key, Value, trace::TracerProvider as _};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tracing::Subscriber;
use tracing_subscriber::{Layer, registry::LookupSpan};

pub use self::propagation::{continue_trace, inject};

/// The base URL of a collector; the path `/v1/traces` is appended.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// The whole URL for traces.
const TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

/// The name of the program in the traces.
const SERVICE_NAME: &str = "OTEL_SERVICE_NAME";

/// `true` turns everything off.
const DISABLED: &str = "OTEL_SDK_DISABLED";

/// The traces of this process.
pub struct Traces(SdkTracerProvider);

impl fmt::Debug for Traces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Traces")
    }
}

/// Sets up the export of traces. Returns `None` if no endpoint is configured.
///
/// `variable` returns an environment variable. Other variables of the specification, such as `OTEL_EXPORTER_OTLP_HEADERS`,
/// `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_TRACES_SAMPLER`, are read from the environment of the process. `service_name` is the
/// default of `OTEL_SERVICE_NAME`.
///
/// # Errors
///
/// If the endpoint is not a URL, or the HTTP client cannot be set up.
pub fn start(
    service_name: &'static str,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Traces>, Box<dyn Error + Send + Sync>> {
    let variable = |name| variable(name).filter(|value: &String| !value.is_empty());
    if variable(DISABLED).is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Ok(None);
    }
    let base = variable(ENDPOINT).map(|base| format!("{}/v1/traces", base.trim_end_matches('/')));
    let Some(endpoint) = variable(TRACES_ENDPOINT).or(base) else {
        return Ok(None);
    };
    // An error means that a provider of TLS is installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(endpoint)
        .build()?;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource(service_name, variable(SERVICE_NAME)))
        .build();
    Ok(Some(Traces(provider)))
}

/// Returns the attributes of this process.
fn resource(default: &'static str, configured: Option<String>) -> Resource {
    let detected = Resource::builder();
    if let Some(name) = configured {
        return detected.with_service_name(name).build();
    }
    let resource = detected.build();
    let name = resource.get(&Key::from_static_str("service.name"));
    let is_named = name.is_some_and(|name| match name {
        Value::String(name) => !name.as_str().starts_with("unknown_service"),
        _ => false,
    });
    if is_named {
        return resource;
    }
    Resource::builder().with_service_name(default).build()
}

impl Traces {
    /// Returns the layer that records spans.
    pub fn layer<S>(&self) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let tracer = self.0.tracer(env!("CARGO_PKG_NAME"));
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(filter::of_this_repository())
            .boxed()
    }

    /// Exports the remaining spans. Blocks until then, or for five seconds.
    pub fn shutdown(self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last spans were not exported");
        }
    }
}
