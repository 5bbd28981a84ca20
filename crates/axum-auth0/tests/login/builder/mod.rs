//! What the builder sets.

mod lifetimes;
mod routes;
mod server_functions;
mod settings;

const SECRET: &str = "a secret for the builder's tests of 40 bytes";
