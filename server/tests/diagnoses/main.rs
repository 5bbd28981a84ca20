//! Every diagnosis, produced by the condition that it is about: the real site, the real tenant, the real API, and
//! somebody with a browser. Each case says what it was told, and most of them then do what the fix says and see that it
//! helps.
//!
//! The table in `docs/diagnoses.md` is written by these cases.

#![expect(clippy::unwrap_used, reason = "tests")]

/// The world and the people of the tests of the site, who can do more than is needed here.
#[path = "../site"]
#[expect(
    dead_code,
    unused_imports,
    reason = "shared with the tests of the site"
)]
mod site {
    pub(crate) mod document;
    pub(crate) mod person;
    pub(crate) mod world;
}
use self::site::{document, person, world};

mod case;
mod mended;
mod stand_in;
mod table;
mod told;

mod apis;
mod audience;
mod clocks;
mod examined;
mod issued;
mod refreshing;
mod refused;
mod scopes;
