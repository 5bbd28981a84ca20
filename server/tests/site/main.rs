//! The whole site as people meet it: the site, the tenant and the API in one process, real ones, driven by a browser
//! with cookies. Each test is a sentence about what somebody sees.

#![expect(clippy::unwrap_used, reason = "tests")]

mod document;
mod person;
mod world;

mod signing_in;
