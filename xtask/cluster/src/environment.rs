//! What all users share.

use std::net::SocketAddr;

use tokio::sync::{Semaphore, watch};
use url::Url;

use crate::{
    browser::Clients, grants::GrantLog, judgement::RowOwners, operator::Operator, tally::Tally,
};

/// What all users share.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(crate) seed: u64,
    pub(crate) site: Url,
    pub(crate) tenant: Url,
    /// The replicas, behind the proxy.
    pub(crate) replicas: Vec<SocketAddr>,
    pub(crate) operator: Operator,
    pub(crate) clients: Clients,
    pub(crate) grants: GrantLog,
    pub(crate) rows: RowOwners,
    pub(crate) tally: Tally,
    /// Becomes `true` when nothing is disturbed any more.
    pub(crate) finish: watch::Receiver<bool>,
    /// Limits the checks at the end of the run.
    pub(crate) final_checks: Semaphore,
}
