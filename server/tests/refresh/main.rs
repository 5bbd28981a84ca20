//! That no refresh is ever lost: many calls at once, two APIs, two people, several processes, processes that are stopped
//! or killed, clients that hang up. The tenant rotates refresh tokens and ends whoever shows one twice; every test
//! ends with what the tenant itself counted.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

/// The world and the people of the tests of the site, who can do more than is needed here.
#[path = "../site"]
#[expect(dead_code, reason = "shared with the tests of the site")]
mod site {
    pub(crate) mod document;
    pub(crate) mod person;
    pub(crate) mod world;
}
use self::site::{document, person, world};

mod cluster;
mod patience;
mod within;

mod crossing;
mod deploys;
mod hanging_up;
mod killed;
mod many_at_once;
mod replicas;
mod revoked;
mod stopped;
