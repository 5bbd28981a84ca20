//! Login, sessions and audience-scoped access tokens for axum.
//!
//! [`Auth0`] wraps the application's router. It redirects users to the OpenID Provider and back, stores their tokens
//! encrypted on the server, and inserts a [`CurrentUser`] into every request. Only a [`SignedInUser`] returns an
//! [`AccessToken`], which is validated for the [`Api`] that it is requested for.
//!
//! ```no_run
//! use axum::{Router, routing::get};
//! use axum_auth0::{Api, ApiError, Auth0, BuildError, SignedInUser};
//!
//! struct ProductsApi;
//!
//! impl Api for ProductsApi {
//!     const ENV_PREFIX: &'static str = "PRODUCTS";
//!     const SCOPES: &'static [&'static str] = &["read:products"];
//! }
//!
//! async fn products(user: SignedInUser) -> String {
//!     match list(&user).await {
//!         Ok(names) => names.join("\n"),
//!         Err(error) => error.to_string(),
//!     }
//! }
//!
//! async fn list(user: &SignedInUser) -> Result<Vec<String>, ApiError> {
//!     user.api::<ProductsApi>().get(["products"]).send().await?.json()
//! }
//!
//! # async fn site() -> Result<Router, BuildError> {
//! let auth0 = Auth0::builder()
//!     .env() // AUTH0_DOMAIN, AUTH0_CLIENT_ID, AUTH0_AUDIENCE, PRODUCTS_API_URL, …
//!     .login_api::<ProductsApi>()
//!     .protect(["/products"])
//!     .build()
//!     .await?;
//! auth0.spawn_maintenance();
//! Ok(auth0.wrap(Router::new().route("/products", get(products))))
//! # }
//! ```
//!
//! [`Auth0Builder`] has all settings, and [`config::VARIABLES`] lists the variables. APIs verify such tokens with the crate
//! `axum-auth0-bearer`; the crate `axum-auth0-doctor` checks a configuration against the real provider.
//!
//! The feature `sqlite`, enabled by default, adds the store `sqlite:` of `AUTH0_SESSION_STORE`. Without it, SQLite is
//! not compiled.

#![warn(missing_docs)]

mod access_token;
mod api_client;
mod api_transport;
mod auth0;
pub mod config;
mod diagnosis;
mod failpoint;
mod guard;
mod login;
mod logout;
pub mod oauth;
mod page;
mod page_user;
mod profile;
mod request;
mod responses;
mod return_to;
mod seal;
mod session;
mod tasks;
mod tokens;
mod trace_context;

use axum_auth0_core::json;
pub use axum_auth0_core::{
    clock, http_client, jwt, provider, random, store,
    store::{MemoryStore, Store},
};
#[cfg(feature = "sqlite")]
pub use axum_auth0_stores::SqliteStore;

pub use self::{
    api_client::{ApiCall, ApiClient, ApiError, ApiProblem, ApiResponse, InvalidRequest},
    auth0::{Auth0, Auth0Builder, BuildError, NotReady},
    config::{Api, ApiRegistration, Config, ConfigError, Routes, Variables},
    diagnosis::{Diagnosis, DiagnosisCode, DiagnosisVisibility, Expectation, TokenFacts, diagnose},
    oauth::IdTokenError,
    page_user::{CURRENT_USER_HEADER, PAGE_USER_FIELD, PAGE_USER_HEADER, PageUser},
    request::cookies,
    return_to::{InvalidReturnTo, ReturnTo},
    session::{CurrentUser, NotSignedIn, SignedInUser},
    tasks::UnfinishedTasks,
    tokens::{
        AccessToken, ApiOverview, CachedTokenOverview, TokenError, TokenFingerprint, TokenOptions,
        TokensOverview,
    },
};
