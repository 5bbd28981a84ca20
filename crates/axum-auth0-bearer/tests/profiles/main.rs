//! Access tokens in the shapes of real providers, verified by the profile that is for them: the good one is accepted, and neither
//! an ID token of the same provider nor a token for another audience is.
//!
//! The shapes follow the providers' documentation; the keys are those of the fake provider.

#![expect(clippy::unwrap_used, reason = "tests")]

mod env;

mod adfs;
mod authentik;
mod cognito;
mod custom;
mod entra_id;
mod id_tokens;
mod identity_server;
mod issuers;
mod keycloak;
mod okta;
mod ory_hydra;
mod rejections;
mod zitadel;
