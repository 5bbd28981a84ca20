//! Calling APIs for a person: the token that goes along, the address it stays at, and what is made of whatever comes back.
//!
//! The API is a listener of its own whose every answer a test can choose; it keeps a ledger of what it was asked. Site,
//! provider and browser are those of the login tests, and no secret may appear in the log here either.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../login/browser.rs"]
#[expect(dead_code, reason = "shared with the login tests")]
mod browser;
#[path = "../login/hop/mod.rs"]
#[expect(dead_code, reason = "shared with the login tests")]
mod hop;
#[path = "../login/keys.rs"]
#[expect(dead_code, reason = "shared with the login tests")]
mod keys;
#[path = "../login/logs.rs"]
#[expect(dead_code, reason = "shared with the login tests")]
mod logs;
#[path = "../login/store.rs"]
#[expect(dead_code, reason = "shared with the login tests")]
mod store;
#[path = "../login/world.rs"]
#[expect(dead_code, reason = "shared with the login tests")]
mod world;

mod api;
mod app;
mod scene;

mod addresses;
mod hostile_answers;
mod meanings;
mod refused_tokens;
mod repetition;
mod traces;
