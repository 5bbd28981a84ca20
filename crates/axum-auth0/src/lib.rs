#![doc = include_str!("../README.md")]
//!
//! ## Index
//!
//! [`Auth0Builder`]: all settings · [`config::VARIABLES`]: all variables · [`LOGIN_PARAMETERS`]: the
//! parameters of login links · [`CurrentUser`], [`SignedInUser`]: the user of
//! a request · [`Api`], [`ApiClient`]: calls of APIs · [`AccessToken`], [`TokenOptions`]: tokens · [`Diagnosis`]: what is
//! wrong with a token · [`Store`]: sessions ·
//! [`SessionExpiry`], [`AppData`]: lifetime and data of a session
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs)]

mod access_token;
mod api_client;
mod api_transport;
mod auth0;
mod authorization;
mod authorization_details;
pub mod config;
mod diagnosis;
mod dpop;
pub mod events;
mod failed_form;
mod failpoint;
mod grants;
mod guard;
mod kept_form;
mod login;
mod login_options;
mod logout;
pub mod metrics;
pub mod oauth;
mod organization;
mod page;
mod page_user;
mod profile;
mod proxy;
mod rate_limit;
mod request;
mod responses;
mod resume;
mod return_to;
mod seal;
mod session;
mod session_status;
mod silent_login;
mod step_up;
mod tasks;
#[cfg(feature = "testing")]
pub mod testing;
mod tokens;
mod trace_context;
mod trusted_proxies;

pub use axum_auth0_core::{
    clock, http_client, jwt, provider, random, store,
    store::{MemoryStore, Store},
};
use axum_auth0_core::{dpop as core_dpop, json};
#[cfg(feature = "sqlite")]
pub use axum_auth0_stores::SqliteStore;
#[cfg(feature = "postgres")]
pub use axum_auth0_stores::{PostgresOptions, PostgresStatus, PostgresStore};
#[cfg(feature = "redis")]
pub use axum_auth0_stores::{RedisOptions, RedisServer, RedisStore, RedisWarning};

pub use self::{
    api_client::{
        ApiCall, ApiClient, ApiError, ApiProblem, ApiResponse, InvalidRequest, StepUpChallenge,
    },
    auth0::{Auth0, Auth0Builder, BuildError, NotReady, PendingBackchannelLogin},
    authorization::{AccessDenied, GrantKind, MissingGrant, Requirement},
    authorization_details::{AuthorizationDetail, AuthorizationDetails, AuthorizationDetailsError},
    config::{Api, ApiRegistration, Config, ConfigError, Routes, Variables},
    diagnosis::{Diagnosis, DiagnosisCode, DiagnosisVisibility, Expectation, TokenFacts, diagnose},
    events::AuthEvent,
    failed_form::{FailedForm, FailedForms},
    grants::{
        BackchannelLogin, BackchannelLoginError, ConnectionToken, ConnectionTokenError,
        InvalidTokenType, InvalidTransferUrl, IssuedTokens, SessionTransferToken, TokenExchange,
        TokenExchangeError, TokenType,
    },
    guard::{STEP_UP_HEADER, StepUpRequests},
    login::{
        CallbackOutcome, HookError, LOGIN_PARAMETERS, LoginFailure, LoginFailureKind, NewSession,
    },
    login_options::{LoginOptions, Prompt},
    oauth::IdTokenError,
    organization::{Organization, UnmetOrganization},
    page_user::{CURRENT_USER_HEADER, PAGE_USER_FIELD, PAGE_USER_HEADER, PageUser},
    proxy::Proxy,
    request::cookies,
    return_to::{InvalidReturnTo, ReturnTo},
    session::{
        AccessError, AppData, BACKGROUND_HEADER, CurrentUser, NotSignedIn, OrganizationRequired,
        SESSION_EXPIRES_HEADER, SessionDataError, SessionDescription, SessionExpiry, SessionLimit,
        SignedInUser,
    },
    step_up::{Authentication, StepUp, StepUpRequired, UnmetStepUp},
    tasks::UnfinishedTasks,
    tokens::{
        AccessToken, ApiOverview, CachedTokenOverview, TokenBinding, TokenError, TokenFingerprint,
        TokenOptions, TokensOverview,
    },
    trusted_proxies::TrustedProxies,
};
