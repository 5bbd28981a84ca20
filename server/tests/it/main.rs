//! The site, the tenant and the APIs run for real, in one process or several, and are driven over HTTP.

#![expect(clippy::unwrap_used, reason = "tests")]

mod browser;
mod html;
mod test_env;

#[cfg(unix)]
mod deployment;
mod diagnoses;
mod doctor;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(unix)]
mod refresh;
mod security_page;
mod site;
#[cfg(unix)]
mod store_outages;
#[cfg(feature = "otel")]
mod traces;
mod variables;
