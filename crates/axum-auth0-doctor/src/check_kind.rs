//! The checks that send requests or open the store.

use std::time::Duration;

use axum_auth0::config::Config;

use super::{
    Check, Problem, apis, client, clock, context::CheckContext, login, logout, mtls, organization,
    protocol, provider, store,
};

/// A check that sends requests or opens the store. It may have several results.
#[derive(Clone, Copy, Debug)]
pub(super) enum CheckKind {
    Provider,
    Keys,
    Clock,
    Mtls,
    Client,
    Protocol,
    Organization,
    Login,
    Logout,
    Api(&'static str),
    Store,
}

impl CheckKind {
    /// Returns the checks of `config`, in the order of the report.
    pub(super) fn all(config: &Config) -> Vec<Self> {
        let mut all = vec![
            Self::Provider,
            Self::Keys,
            Self::Clock,
            Self::Mtls,
            Self::Client,
            Self::Protocol,
            Self::Organization,
            Self::Login,
            Self::Logout,
        ];
        all.extend(
            config
                .apis()
                .map(axum_auth0::config::ApiSettings::name)
                .map(Self::Api),
        );
        all.extend(config.absent_apis().iter().copied().map(Self::Api));
        all.push(Self::Store);
        all
    }

    pub(super) async fn run(self, context: &CheckContext) -> Vec<Check> {
        match self {
            Self::Provider => provider::metadata(context).await,
            Self::Keys => provider::keys(context).await,
            Self::Clock => clock::check(context).await,
            Self::Client => client::check(context).await,
            Self::Mtls => mtls::check(context).await,
            Self::Protocol => protocol::check(context).await,
            Self::Organization => organization::check(context).await,
            Self::Login => login::check(context).await,
            Self::Logout => logout::check(context).await,
            Self::Api(name) => apis::check(context, name).await,
            Self::Store => vec![store::check(context).await],
        }
    }

    /// Returns the results for a check that exceeded the time limit.
    pub(super) fn unfinished(self, context: &CheckContext, limit: Duration) -> Vec<Check> {
        let config = context.config();
        let ids: &[&'static str] = match self {
            Self::Mtls => mtls::ids(config),
            Self::Protocol => &protocol::ids(config, context.features()),
            Self::Organization => organization::ids(config),
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
            // The site sends the same request. The cause of the other delays is unknown.
            if id == "provider" {
                let problem = Problem::new(
                    "unfinished",
                    format!("There was no answer within {seconds} seconds."),
                    "Check AUTH0_DOMAIN, and that this machine may reach it; or try again with a longer --timeout.",
                );
                return Check::problem(id, "The provider does not answer in time.", problem);
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
