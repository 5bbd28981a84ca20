//! The whole site as people meet it: the site, the tenant and the API in one process, real ones, driven by a browser
//! with cookies. Each test is a sentence about what somebody sees.

#![expect(clippy::unwrap_used, reason = "tests")]

mod document;
mod person;
mod world;

mod addresses;
mod audience;
mod canaries;
mod cookies;
mod cross_site;
mod files;
mod forms;
mod headers;
mod odd_forms;
mod offline_access;
mod orders;
mod outages;
mod page_users;
mod products;
mod restart;
mod server_functions;
mod signing_in;
mod signing_out;
mod tampering;
mod tokens;
mod tokens_page;
