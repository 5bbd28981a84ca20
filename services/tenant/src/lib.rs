//! A local OpenID Provider that behaves like an Auth0 tenant, made small enough to run on a laptop. For development only.
//!
//! It answers `/authorize`, `/oauth/token`, `/oauth/par`, `/oauth/revoke`, `/userinfo`, `/oidc/logout`, `/v2/logout` and the
//! discovery documents, with what matters of Auth0's behaviour: without `audience` an access token is opaque, with the
//! identifier of a registered API it is a JWT for that API, with another one the login is refused with *Service not found*;
//! refresh tokens rotate, and a reused one ends its family; `resource` is ignored unless a setting says otherwise.
//!
//! A login, in the order in which a request meets the files:
//! `authorize/endpoint.rs` → `authorize/validation.rs` → `authorize/login.rs` → `authorize/answer.rs` →
//! `token/endpoint.rs` → `token/authorization_code.rs` → `token/issue.rs`.
//!
//! State is in `SQLite` and survives restarts. It speaks plain http and therefore answers to loopback names only.

mod api_keys;
mod authorize;
mod clock;
mod cookies;
mod discovery;
mod error;
mod guard;
mod handle;
mod journal;
mod jwe;
mod keys;
mod logout;
mod pages;
mod parameters;
mod profile;
mod refreshes;
mod refusal;
mod routes;
mod scopes;
mod settings;
mod store;
mod tenant;
mod token;
mod userinfo;

pub use clock::{Clock, ManualClock, SystemClock};
pub use error::OpenError;
pub use journal::{LogEntry, Outcome};
pub use refreshes::RefreshCounts;
pub use settings::{
    ApiSettings, ApplicationAccess, ApplicationSettings, Database, ResourcePolicy, Settings,
    TokenSigning, UserSettings,
};
pub use tenant::Tenant;
