//! Shared code of `axum-auth0` (sites) and `axum-auth0-bearer` (APIs): provider metadata and keys, a strict parser
//! for JSON Web Tokens, an HTTP client with limits, a clock, a source of random bytes, and the
//! [`Store`](store::Store) trait for logins.
//!
//! The crate depends on neither a web framework nor a database.
//!
//! ```
//! use axum_auth0_core::{
//!     clock::SystemClock,
//!     http_client::{HttpClient, HttpClientOptions},
//!     jwt::{Algorithm, VerifiedJwt},
//!     provider::{Issuer, Provider, VerifyError},
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let issuer = Issuer::parse("tenant.eu.auth0.com")?;
//! let http_client = HttpClient::new(HttpClientOptions::default())?;
//! let provider = Provider::new(issuer, http_client, SystemClock::shared());
//!
//! async fn verify(provider: &Provider, token: &str) -> Result<VerifiedJwt, VerifyError> {
//!     provider.verify(token, Algorithm::ALL).await
//! }
//! # Ok(())
//! # }
//! ```

#![warn(missing_docs)]

pub mod clock;
pub mod http_client;
pub mod json;
pub mod jwt;
pub mod provider;
pub mod random;
pub mod store;
