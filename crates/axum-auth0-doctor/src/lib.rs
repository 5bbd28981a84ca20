//! Checks a whole configuration of `axum-auth0` against the real provider, before a user meets what is wrong with it.
//!
//! Nobody logs in and nothing is changed: the provider is asked for its metadata and keys, its token endpoint for a
//! refresh with a token that cannot exist, its authorization endpoint for a login, and for one that must not show anything
//! (`prompt=none`), and its logout endpoint for a logout without a session. What it answers tells whether the application,
//! its callback and its APIs are set up there.
//!
//! Every result follows from an observation. A request that a provider answers in the same way for something surely wrong
//! (another secret, an API or a client that does not exist) says nothing. What was not observed is a [`Status::Skipped`]
//! that says why; it is no problem.

#![warn(missing_docs)]

mod apis;
mod audience;
mod check_kind;
mod client;
mod clock;
mod context;
mod experiment;
mod login;
mod logout;
mod outcome;
mod page_text;
mod probe;
mod problem;
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

pub use self::report::{Check, Report, Status};
use self::{
    check_kind::CheckKind,
    context::CheckContext,
    problem::{Problem, sentence},
};
use axum_auth0::{
    clock::{SharedClock, SystemClock},
    config::Config,
    random::{SharedRandom, SystemRandom},
    store::SharedStore,
};

/// What the checks use besides the configuration; tests replace it.
#[derive(Clone, Debug)]
pub struct Dependencies {
    /// The clock.
    pub clock: SharedClock,
    /// The source of randomness.
    pub random: SharedRandom,
    /// A store to check in place of the configured one.
    pub store: Option<SharedStore>,
}

impl Default for Dependencies {
    fn default() -> Self {
        Self {
            clock: SystemClock::shared(),
            random: SystemRandom::shared(),
            store: None,
        }
    }
}

/// Checks `config`. Its own problems were found when it was read: see [`Report::of_faults`].
///
/// - `dependencies`: clock and randomness; its store, if it has one, is checked instead of the configured one.
/// - `limit`: how long everything together may take. A single request takes at most `AUTH0_HTTP_TIMEOUT`. A provider that
///   does not answer in time is a problem; whatever else is not finished could not be checked.
///
/// Never fails: what cannot be checked is a result, too.
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

/// Runs the checks with requests concurrently.
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
        .flat_map(|(examination, found)| found.unwrap_or_else(|| examination.unfinished(limit)))
        .collect()
}
