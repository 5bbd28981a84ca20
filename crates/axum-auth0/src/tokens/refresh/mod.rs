//! Refreshes of access tokens.
//!
//! [`decision`] and [`outcome`] are pure: whether to refresh, and what a response means for the stored tokens.
//! [`driver`] does the rest: one refresh at a time for each login, by a lock in the process ([`single_flight`]) and a
//! lease over replicas ([`lease`]); the request ([`request`]); and the compare-and-swap that stores its result
//! ([`commit`]).

mod commit;
mod decision;
mod denial;
mod driver;
mod lease;
mod outcome;
mod refresher;
mod request;
mod single_flight;
mod termination;

pub(super) use self::{
    decision::{Decision, decide, fall_back},
    lease::{LeaseAcquisition, RefreshLease},
    refresher::{LEASE_TIMEOUT, POLL_INTERVAL, Refresher},
};
