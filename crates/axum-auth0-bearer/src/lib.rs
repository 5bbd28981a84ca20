//! The API's side: an axum extractor that verifies access tokens.
//!
//! ```
//! use axum::{Json, Router, routing::get};
//! use axum_auth0_bearer::{
//!     Bearer, BearerError, Verifier,
//!     clock::SystemClock,
//!     http_client::{HttpClient, HttpClientOptions},
//!     provider::{Issuer, Provider},
//! };
//!
//! async fn list(token: Bearer) -> Result<Json<Vec<String>>, BearerError> {
//!     token.require_scope("read:products")?;
//!     Ok(Json(vec![format!("a product of {}", token.subject())]))
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let issuer = Issuer::parse("tenant.eu.auth0.com")?;
//! let provider = Provider::new(issuer, HttpClient::new(HttpClientOptions::default())?, SystemClock::shared());
//! // Or a state of your own from which a Verifier can be taken: `impl FromRef<State> for Verifier`.
//! let verifier = Verifier::new(provider, "https://products.example.com");
//! let router: Router = Router::new().route("/products", get(list)).with_state(verifier);
//! # Ok(())
//! # }
//! ```
//!
//! Answers are those of [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750); what makes an access token is in
//! [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068) and in [`Profile`], which has one for each provider; `docs/providers.md` has the settings.

#![warn(missing_docs)]

mod authorization_header;
mod check;
mod custom_profile;
mod error;
mod issuer;
mod profile;
mod reason;
mod refusal;
mod rules;
mod token;
mod verifier;

pub use axum_auth0_core::{clock, http_client, jwt, provider};

pub use custom_profile::{CustomProfile, InvalidMark};
pub use error::{BearerError, ErrorDetail};
pub use issuer::TrustedIssuer;
pub use profile::Profile;
pub use reason::Reason;
pub use token::{Bearer, Caller};
pub use verifier::Verifier;
