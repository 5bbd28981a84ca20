//! Which spans are exported.

use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterFn, LevelFilter};

/// The crates whose spans are exported.
const CRATES: &[&str] = &["api_support", "axum_auth0", "axum_auth0_core", "server"];

/// The events of the engine, which contain no secret. Other log lines are not exported.
const EVENTS: &str = "axum_auth0::events";

/// Exports the spans of this repository, and the events of the engine within them.
pub(crate) fn of_this_repository() -> FilterFn {
    let is_exported: fn(&Metadata<'_>) -> bool = is_exported;
    FilterFn::new(is_exported).with_max_level_hint(LevelFilter::DEBUG)
}

fn is_exported(metadata: &Metadata<'_>) -> bool {
    if !metadata.is_span() {
        return metadata.target() == EVENTS && *metadata.level() <= Level::INFO;
    }
    let target = metadata.target();
    let name = target.split_once("::").map_or(target, |(name, _)| name);
    CRATES.contains(&name) && *metadata.level() <= Level::DEBUG
}
