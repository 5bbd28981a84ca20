#![doc = include_str!("../README.md")]
//!
//! ## Index
//!
//! [`Verifier`] · [`VerifiedToken`] · [`Profile`] · [`CustomProfile`] · [`BearerError`]
#![cfg_attr(docsrs, feature(doc_cfg))]
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
