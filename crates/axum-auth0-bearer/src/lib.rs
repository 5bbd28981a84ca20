#![doc = include_str!("../README.md")]
//!
//! ## Index
//!
//! [`Verifier`] · [`VerifiedToken`] · [`Requirement`] · [`ResourceMetadata`] · [`Dpop`] · [`Profile`] · [`CustomProfile`] ·
//! [`BearerError`]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs)]

mod actor;
mod authorization_header;
mod challenge;
mod claim_names;
mod client_certificate;
mod confirmation;
mod custom_profile;
mod dpop;
mod error;
mod error_detail;
mod error_kind;
mod extractor;
mod guard;
#[cfg(feature = "introspection")]
mod introspection;
mod metadata_router;
#[cfg(feature = "introspection")]
mod opaque_token;
mod possession;
mod presented_token;
mod principal;
mod profile;
mod rejection;
mod requirement;
mod resource_metadata;
mod rules;
mod settings;
mod token_identity;
mod trusted_issuer;
mod validation;
mod verification;
mod verified_token;
mod verifier;
mod verifier_error;

pub use axum_auth0_core::{clock, http_client, jwt, provider};

#[cfg(feature = "introspection")]
#[cfg_attr(docsrs, doc(cfg(feature = "introspection")))]
pub use self::introspection::Introspection;
pub use self::{
    actor::Actor,
    claim_names::ClaimNames,
    client_certificate::ClientCertificate,
    custom_profile::{CustomProfile, InvalidMarker},
    dpop::Dpop,
    error::BearerError,
    error_detail::ErrorDetail,
    error_kind::BearerErrorKind,
    guard::{Authorized, Guard, GuardCheck, GuardLayer, Policy},
    profile::Profile,
    requirement::Requirement,
    resource_metadata::ResourceMetadata,
    token_identity::Principal,
    trusted_issuer::TrustedIssuer,
    verified_token::VerifiedToken,
    verifier::Verifier,
    verifier_error::VerifierError,
};
