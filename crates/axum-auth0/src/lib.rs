//! Login, sessions and audience-scoped access tokens for axum; and the API's side of them.
//!
//! Feature `login`, the site's side: `Auth0` goes around the application's router. It sends people to the OpenID
//! Provider and back, keeps their tokens sealed at the server, and puts a `CurrentUser` into every request. A
//! `SignedInUser` is the only way to an `AccessToken`, which is verified to be for the `Api` that it is asked
//! for.
//!
//! Feature `bearer`, the API's side: [`bearer`] verifies such tokens. It needs neither sessions nor a database.

#![warn(missing_docs)]

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
mod api_client;
#[cfg(feature = "login")]
mod api_transport;
#[cfg(feature = "login")]
mod auth0;
#[cfg(feature = "login")]
pub mod config;
#[cfg(feature = "login")]
mod diagnosis;
#[cfg(feature = "login")]
pub mod doctor;
#[cfg(feature = "login")]
mod failpoint;
#[cfg(feature = "login")]
mod guard;
#[cfg(feature = "login")]
mod login;
#[cfg(feature = "login")]
mod logout;
#[cfg(feature = "login")]
mod oauth;
#[cfg(feature = "login")]
mod page;
#[cfg(feature = "login")]
mod page_user;
#[cfg(feature = "login")]
mod profile;
#[cfg(feature = "login")]
pub mod random;
#[cfg(feature = "login")]
mod request;
#[cfg(feature = "login")]
mod responses;
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
    api_client::{ApiCall, ApiClient, ApiError, ApiProblem, ApiResponse, InvalidRequest},
    auth0::{Auth0, Dependencies, NotReady, OpenError},
    config::{
        Api, ApiRegistration, Config, ConfigError, Routes, Variables,
        routes::{
            ACCESS_TOKEN_PATH, CALLBACK_PATH, LOGIN_PATH, LOGOUT_PATH, PROFILE_PATH,
            SIGNED_OUT_PATH,
        },
    },
    diagnosis::{Cause, Diagnosis, Expectation, TokenFacts, diagnose},
    oauth::IdTokenError,
    page_user::{CURRENT_USER_HEADER, PAGE_USER_FIELD, PAGE_USER_HEADER, PageUser},
    request::cookies,
    return_to::{NotAPathOfThisSite, ReturnTo},
    session::{CurrentUser, NotSignedIn, SignedInUser},
    tasks::Unfinished,
    tokens::{
        AccessToken, ApiOverview, CachedTokenOverview, TokenError, TokenFingerprint, TokenOptions,
        TokensOverview,
    },
};
