//! The log: text by default, JSON with `LOG_FORMAT=json`. `RUST_LOG` sets the filter.

use axum_auth0::Variables;
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// Installs the subscriber. An invalid filter is reported, and the default is used.
pub fn start(variables: &Variables) {
    let default = "info,sqlx=warn,tower_sessions_core=error";
    let (filter, problem) = match EnvFilter::try_new(variables.get("RUST_LOG").unwrap_or(default)) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new(default), Some(error)),
    };
    let registry = tracing_subscriber::registry().with(filter);
    let started = if variables.get("LOG_FORMAT") == Some("json") {
        registry.with(fmt::layer().json()).try_init()
    } else {
        registry.with(fmt::layer()).try_init()
    };
    if let Some(problem) = problem.filter(|_| started.is_ok()) {
        tracing::warn!(%problem, "RUST_LOG cannot be read; using {default}");
    }
}
