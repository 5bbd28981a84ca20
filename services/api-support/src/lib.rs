//! What the sample APIs share: the start of the program, connections to `SQLite`, error responses and common layers.
//!
//! What makes an API is in the API itself: its routes, its scopes, and its rows per user.

mod database;
mod error;
mod layers;
mod owner;
mod program;
mod settings;
mod start_error;
mod telemetry;

pub use self::{
    database::{ConnectionPool, Database},
    error::{ApiError, FieldErrors},
    layers::{private, with_layers},
    owner::Owner,
    program::{CommonArguments, run},
    settings::{Settings, verifier},
    start_error::StartError,
};
