//! The API: which tokens it accepts, requirements of its routes, step-up challenges, and its metadata.

#![expect(clippy::unwrap_used, reason = "tests")]

mod access_tokens;
mod certificates;
mod dpop;
mod env;
mod guards;
#[cfg(feature = "introspection")]
mod introspection;
mod issuers;
mod metadata;
mod requirements;
mod step_up;
