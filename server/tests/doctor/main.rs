//! `server doctor` as a person or a pipeline runs it: the real program, with variables of its own, against the real
//! tenant. Each bad configuration is a real one: what the tenant then answers is not invented here.

#![expect(clippy::unwrap_used, reason = "tests")]

mod findings;
mod world;

mod apis;
mod application;
mod configuration;
mod odd_providers;
mod provider;
mod right;
mod usage;
