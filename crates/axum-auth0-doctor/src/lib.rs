#![doc = include_str!("../README.md")]
//!
//! ## Index
//!
//! [`examine`] · [`Report`] · [`Check`] · [`Status`] · [`SiteFeatures`] · [`Grant`]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs)]

mod api_metadata;
mod apis;
mod audience;
mod check_kind;
mod client;
mod clock;
mod context;
mod events;
mod experiment;
mod features;
mod login;
mod logout;
mod mtls;
mod organization;
mod outcome;
mod page_text;
mod probe;
mod problem;
mod protocol;
mod provider;
mod report;
mod secret;
mod site;
mod store;

use std::time::Duration;

use tokio::{
    task::JoinSet,
    time::{Instant, timeout_at},
};

use self::{
    check_kind::CheckKind,
    context::CheckContext,
    problem::{Problem, sentence},
};
pub use self::{
    features::{Grant, SiteFeatures},
    report::{Check, Report, Status},
};
use axum_auth0::{
    clock::{SharedClock, SystemClock},
    config::Config,
    random::{SharedRandom, SystemRandom},
    store::SharedStore,
};

/// What the checks need besides the configuration: dependencies, which tests replace, and what the code of the site uses.
#[derive(Clone, Debug)]
pub struct Dependencies {
    /// The clock.
    pub clock: SharedClock,
    /// The source of randomness.
    pub random: SharedRandom,
    /// The store to check instead of the configured one.
    pub store: Option<SharedStore>,
    /// What the code of the site uses of the provider. Nothing by default.
    pub features: SiteFeatures,
}

impl Default for Dependencies {
    fn default() -> Self {
        Self {
            clock: SystemClock::shared(),
            random: SystemRandom::shared(),
            store: None,
            features: SiteFeatures::default(),
        }
    }
}

/// Checks `config`. Errors of the configuration itself are reported when it is read; see [`Report::of_faults`].
///
/// - `dependencies`: clock and randomness, what the code of the site uses, and optionally a store to check instead of the
///   configured one.
/// - `limit`: the time limit for all checks. A single request takes at most `AUTH0_HTTP_TIMEOUT`. A provider that does
///   not respond in time is a problem; the other unfinished checks are skipped.
///
/// Never fails: a check that cannot run is a result, too.
pub async fn examine(config: &Config, dependencies: &Dependencies, limit: Duration) -> Report {
    let deadline = Instant::now() + limit;
    let mut checks = vec![Check::ok("configuration", "Every variable can be read.")];
    checks.extend(secret::check(config));
    checks.extend(site::check(config));
    match CheckContext::new(config, dependencies) {
        Ok(context) => checks.extend(with_provider(&context, deadline, limit).await),
        Err(error) => checks.push(Check::problem(
            "provider",
            "The provider cannot be asked.",
            Problem::new(
                "http_client",
                sentence(&error),
                "Repair the TLS set-up of this machine, and run this again.",
            ),
        )),
    }
    let mut report = Report::new(Some(config.issuer().as_str()), checks);
    report.redact(config);
    report
}

/// Runs the checks that send requests or open the store concurrently.
async fn with_provider(context: &CheckContext, deadline: Instant, limit: Duration) -> Vec<Check> {
    let kinds = CheckKind::all(context.config());
    let mut results: Vec<Option<Vec<Check>>> = vec![None; kinds.len()];
    let mut running = JoinSet::new();
    for (position, &examination) in kinds.iter().enumerate() {
        let context = context.clone();
        running.spawn(async move {
            let found = timeout_at(deadline, examination.run(&context)).await;
            (position, found.ok())
        });
    }
    while let Some(ended) = running.join_next().await {
        if let Ok((position, found)) = ended {
            results[position] = found;
        }
    }
    kinds
        .iter()
        .zip(results)
        .flat_map(|(examination, found)| {
            found.unwrap_or_else(|| examination.unfinished(context, limit))
        })
        .collect()
}
