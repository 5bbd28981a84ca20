//! The API as its clients see it: over HTTP, with tokens of a provider that publishes its keys.

#![expect(clippy::unwrap_used, reason = "tests")]

mod orders;
mod program;
mod responses;
mod test_env;
mod tokens;
