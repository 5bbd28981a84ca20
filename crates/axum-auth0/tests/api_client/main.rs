//! Calls of APIs: the token, the URL, retries, and how responses map to errors.
//!
//! The API is a listener whose replies a test chooses, with a request log. Site, provider and browser are those of
//! test-support, which also checks that no secret is logged.

#![expect(clippy::unwrap_used, reason = "tests")]

mod api;
mod api_test_env;
mod app;

mod dpop;
mod error_mapping;
mod hostile_responses;
mod identical_tokens;
mod mtls;
mod rejected_tokens;
mod request_urls;
mod retries;
mod traces;
