//! An axum extractor that verifies access tokens, for the APIs of sites with `axum-auth0`.
//!
//! ```
//! use axum::{Json, Router, routing::get};
//! use axum_auth0_bearer::{BearerError, VerifiedToken, Verifier};
//!
//! async fn list(token: VerifiedToken) -> Result<Json<Vec<String>>, BearerError> {
//!     token.require_scope("read:products")?;
//!     Ok(Json(vec![format!("a product of {}", token.subject())]))
//! }
//!
//! # fn main() -> Result<(), axum_auth0_bearer::VerifierError> {
//! let verifier = Verifier::new("https://tenant.eu.auth0.com/", "https://products.example.com")?;
//! // For another state type, implement `FromRef<AppState> for Verifier`.
//! let router: Router = Router::new().route("/products", get(list)).with_state(verifier);
//! # Ok(())
//! # }
//! ```
//!
//! A rejected request gets the response that [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750) defines.
//! [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068) defines JWT access tokens; [`Profile`] has the rules of each
//! provider.
//!
//! The crate depends on neither sessions nor a database.

#![warn(missing_docs)]

mod authorization_header;
mod custom_profile;
mod error;
mod error_kind;
mod extractor;
mod profile;
mod rejection;
mod rules;
mod token_identity;
mod trusted_issuer;
mod validation;
mod verified_token;
mod verifier;
mod verifier_error;

pub use axum_auth0_core::{clock, http_client, jwt, provider};

pub use self::{
    custom_profile::{CustomProfile, InvalidMarker},
    error::{BearerError, ErrorDetail},
    error_kind::BearerErrorKind,
    profile::Profile,
    token_identity::Principal,
    trusted_issuer::TrustedIssuer,
    verified_token::VerifiedToken,
    verifier::Verifier,
    verifier_error::VerifierError,
};
