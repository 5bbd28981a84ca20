//! Calling APIs for a person: the token that goes along, the address it stays at, and what is made of whatever comes back.
//!
//! The API is a listener of its own whose every answer a test can choose; it keeps a ledger of what it was asked. Site,
//! provider and browser are those of the login tests, and no secret may appear in the log here either.

#![expect(clippy::unwrap_used, reason = "tests")]

mod api;
mod app;
mod scene;

mod addresses;
mod hostile_answers;
mod meanings;
mod refused_tokens;
mod repetition;
mod traces;
