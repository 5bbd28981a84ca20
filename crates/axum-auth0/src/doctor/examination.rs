//! The examinations that ask somebody else, and what they share.

use std::{sync::Arc, time::Duration};

use super::{Check, Dependencies, Finding, apis, client, clock, login, logout, provider, store};
use crate::{
    clock::SharedClock,
    config::Config,
    http_client::{HttpClient, HttpClientOptions, HttpError},
    provider::{Metadata, Provider},
    random::SharedRandom,
    store::SharedStore,
};

/// What every examination works with. Cheap to clone; clones share what the provider said.
#[derive(Clone, Debug)]
pub(super) struct Examiner(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    http_client: HttpClient,
    provider: Provider,
    clock: SharedClock,
    random: SharedRandom,
    store: Option<SharedStore>,
}

impl Examiner {
    pub(super) fn new(config: &Config, dependencies: &Dependencies) -> Result<Self, HttpError> {
        let clock = Arc::clone(&dependencies.clock);
        let http_client = HttpClient::new(HttpClientOptions {
            total_timeout: config.http_timeout(),
            plain_http_to: config.provider_internal_url().cloned(),
            clock: Arc::clone(&clock),
            ..HttpClientOptions::default()
        })?;
        let provider = Provider::with_internal_origin(
            config.provider_internal_url(),
            config.issuer().clone(),
            http_client.clone(),
            Arc::clone(&clock),
        );
        Ok(Self(Arc::new(Inner {
            config: config.clone(),
            http_client,
            provider,
            clock,
            random: Arc::clone(&dependencies.random),
            store: dependencies.store.clone(),
        })))
    }

    pub(super) fn config(&self) -> &Config {
        &self.0.config
    }

    pub(super) fn http_client(&self) -> &HttpClient {
        &self.0.http_client
    }

    pub(super) fn provider(&self) -> &Provider {
        &self.0.provider
    }

    pub(super) fn clock(&self) -> &SharedClock {
        &self.0.clock
    }

    pub(super) fn random(&self) -> &SharedRandom {
        &self.0.random
    }

    pub(super) fn store(&self) -> Option<&SharedStore> {
        self.0.store.as_ref()
    }

    /// The provider's metadata; why it cannot be had is the finding of one examination only.
    pub(super) async fn metadata(&self) -> Option<Arc<Metadata>> {
        self.provider().metadata().await.ok()
    }
}

/// What cannot be checked without the provider's metadata.
pub(super) fn without_metadata(ids: &[&'static str]) -> Vec<Check> {
    let why = "Not checked: the provider's metadata cannot be had.";
    ids.iter().map(|&id| Check::skipped(id, why)).collect()
}

/// One examination: it asks one thing and may find several.
#[derive(Clone, Copy, Debug)]
pub(super) enum Examination {
    Provider,
    Keys,
    Clock,
    Client,
    Login,
    Logout,
    Api(&'static str),
    Store,
}

impl Examination {
    /// All that `config` needs, in the order of the report.
    pub(super) fn all(config: &Config) -> Vec<Self> {
        let mut all = vec![
            Self::Provider,
            Self::Keys,
            Self::Clock,
            Self::Client,
            Self::Login,
            Self::Logout,
        ];
        all.extend(config.apis().map(|api| api.name).map(Self::Api));
        all.extend(config.absent_apis().iter().copied().map(Self::Api));
        all.push(Self::Store);
        all
    }

    pub(super) async fn run(self, examiner: &Examiner) -> Vec<Check> {
        match self {
            Self::Provider => provider::metadata(examiner).await,
            Self::Keys => provider::keys(examiner).await,
            Self::Clock => clock::check(examiner).await,
            Self::Client => client::check(examiner).await,
            Self::Login => login::check(examiner).await,
            Self::Logout => logout::check(examiner).await,
            Self::Api(name) => apis::check(examiner, name).await,
            Self::Store => vec![store::check(examiner).await],
        }
    }

    /// What it says if the time was up before it had an answer.
    pub(super) fn unfinished(self, limit: Duration) -> Vec<Check> {
        let ids: &[&'static str] = match self {
            Self::Provider => &["provider", "audience_parameter"],
            Self::Keys => &["keys"],
            Self::Clock => &["clock"],
            Self::Client => &["client", "refresh"],
            Self::Login => &["callback", "login", "audience"],
            Self::Logout => &["logout"],
            Self::Api(_) => &["api"],
            Self::Store => &["session_store"],
        };
        let seconds = limit.as_secs();
        let unfinished = |&id: &&'static str| {
            // The one question that the site asks in the same way. Why the others took long is not known.
            if id == "provider" {
                let finding = Finding::new(
                    "unfinished",
                    format!("There was no answer within {seconds} seconds."),
                    "Check AUTH0_DOMAIN, and that this machine may reach it; or try again with a longer --timeout.",
                );
                return Check::problem(id, "The provider does not answer in time.", finding);
            }
            let why =
                format!("Could not be checked: there was no answer within {seconds} seconds.");
            let check = Check::skipped(id, why);
            match self {
                Self::Api(name) => check.about(name),
                _ => check,
            }
        };
        ids.iter().map(unfinished).collect()
    }
}
