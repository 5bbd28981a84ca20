//! A local OpenID Provider that behaves like an Auth0 tenant and runs in one process. For development only.
//!
//! It serves `/authorize`, `/oauth/token`, `/oauth/par`, `/oauth/revoke`, `/userinfo`, `/oidc/logout`, `/v2/logout` and the
//! discovery documents, and reproduces the parts of Auth0's behavior that a client depends on: without `audience` an access
//! token is opaque; with the identifier of a registered API it is a JWT for that API; with any other value the login fails with
//! *Service not found*; refresh tokens rotate, and reuse of one revokes its family; `resource` is ignored unless a setting
//! enables it.
//!
//! A login passes through these files in order: `authorize/endpoint.rs` → `authorize/validation.rs` → `authorize/login.rs` →
//! `authorize/response.rs` → `token/endpoint.rs` → `token/authorization_code.rs` → `token/response.rs`.
//!
//! State is stored in `SQLite` and survives restarts. The tenant serves plain HTTP and therefore accepts loopback hosts only;
//! a TLS listener for client certificates is optional (`mutual_tls/`).

mod activity_log;
mod authorize;
mod backchannel;
mod binding;
mod clients;
mod clock;
mod dashboard;
mod discovery;
mod dpop;
mod error;
mod grant_log;
mod http;
mod invitations;
mod keys;
mod logout;
mod loopback;
mod middleware;
mod mutual_tls;
mod opaque_id;
mod pages;
mod pushed_requests_policy;
mod refresh_counts;
mod router;
mod scopes;
mod second_factor_policy;
mod sessions;
mod settings;
mod sso;
mod state;
mod store;
mod tenant;
mod token;
mod totp;
mod user_claims;
mod userinfo;

pub use activity_log::{LogEntry, Outcome};
pub use clock::{Clock, MockClock, SystemClock};
pub use error::OpenError;
pub use mutual_tls::{MutualTlsError, TlsListener, TlsPeer};
pub use refresh_counts::RefreshCounts;
pub use settings::{
    ApiSettings, ApplicationAccess, ApplicationSettings, CertificateError, Database, DpopProofs,
    MutualTlsSettings, OrganizationSettings, OrganizationUsage, OtherGrant, PublicKey,
    PublicKeyError, RegisteredCertificate, ResourcePolicy, Settings, SigningAlgorithm,
    TokenSigning, UserSettings,
};
pub use tenant::Tenant;
pub use token::direct::{IssueError, IssuedTokens};
