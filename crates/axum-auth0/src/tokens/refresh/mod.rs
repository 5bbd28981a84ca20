//! Refreshes of access tokens.
//!
//! [`decision`] and [`outcome`] are pure: they decide whether to refresh, and how a response changes the stored tokens.
//! [`driver`] runs one refresh at a time for each login, with a lock in the process ([`single_flight`]) and a lease
//! across replicas ([`lease`]); it sends the request ([`request`]) and stores its result by compare-and-swap
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
mod subject_token;
mod termination;

pub(crate) use self::subject_token::SubjectTokenError;
pub(super) use self::{
    decision::{Decision, Denial, decide, fall_back},
    outcome::{Attempt, Outcome, RefreshResult, Update, apply},
    refresher::Refresher,
    subject_token::RefreshTokenExchange,
};
