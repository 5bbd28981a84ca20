//! Login, sessions and audience-scoped access tokens for axum; and the API's side of them.
//!
//! Feature `login`, the site's side: `Auth0` goes around the application's router. It sends people to the OpenID
//! Provider and back, keeps their tokens sealed at the server, and puts a `CurrentUser` into every request. A
//! `SignedInUser` is the only way to an `AccessToken`, which is verified to be for the `Api` that it is asked
//! for.
//!
//! Feature `bearer`, the API's side: [`bearer`] verifies such tokens. It needs neither sessions nor a database.

#[cfg(feature = "bearer")]
pub mod bearer;
pub mod clock;
pub mod http_client;
mod json;
pub mod jwt;
pub mod provider;

#[cfg(feature = "login")]
mod access_token;
#[cfg(feature = "login")]
mod api;
#[cfg(feature = "login")]
mod api_client;
#[cfg(feature = "login")]
mod auth0;
#[cfg(feature = "login")]
mod authority;
#[cfg(feature = "login")]
pub mod config;
#[cfg(feature = "login")]
pub mod cookies;
#[cfg(feature = "login")]
mod diagnosis;
#[cfg(feature = "login")]
pub mod doctor;
#[cfg(feature = "login")]
mod engine;
#[cfg(feature = "login")]
mod failpoint;
#[cfg(feature = "login")]
mod guard;
#[cfg(feature = "login")]
mod login;
#[cfg(feature = "login")]
mod logout;
#[cfg(feature = "login")]
mod logout_url;
#[cfg(feature = "login")]
mod page;
#[cfg(feature = "login")]
mod page_user;
#[cfg(feature = "login")]
mod profile;
#[cfg(feature = "login")]
pub mod random;
#[cfg(feature = "login")]
mod request_kind;
#[cfg(feature = "login")]
mod return_to;
#[cfg(feature = "login")]
mod seal;
#[cfg(feature = "login")]
mod session;
#[cfg(feature = "login")]
pub mod stores;
#[cfg(feature = "login")]
mod tasks;
#[cfg(feature = "login")]
mod tokens;
#[cfg(feature = "login")]
mod trace_context;

#[cfg(feature = "login")]
pub use self::{
    access_token::ACCESS_TOKEN_PATH,
    api::AccessToken,
    api_client::{ApiCall, ApiClient, ApiError, ApiProblem, ApiResponse, InvalidRequest},
    auth0::{Auth0, Dependencies, NotReady, OpenError},
    config::{Api, ApiRegistration, Config, ConfigError, Routes, Variables},
    diagnosis::{Cause, Diagnosis, Expectation, TokenFacts, diagnose},
    login::{CALLBACK_PATH, IdTokenError, LOGIN_PATH},
    logout::{LOGOUT_PATH, SIGNED_OUT_PATH},
    page_user::{CURRENT_USER_HEADER, PAGE_USER_FIELD, PAGE_USER_HEADER, PageUser},
    profile::PROFILE_PATH,
    return_to::{NotAPathOfThisSite, ReturnTo},
    session::{CurrentUser, NotSignedIn, SignedInUser},
    tasks::Unfinished,
    tokens::{
        ApiOverview, CachedTokenOverview, TokenError, TokenFingerprint, TokenOptions,
        TokensOverview,
    },
};
