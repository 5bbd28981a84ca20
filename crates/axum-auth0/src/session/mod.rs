//! The browser's session and the current user.

mod authorization;
pub(crate) mod authorization_details;
mod best_effort;
mod cache;
mod cache_policy;
mod changes;
mod cookie;
mod data;
mod description;
mod device;
mod end_markers;
mod expiry;
mod extract;
mod grants;
pub(crate) mod id;
mod load_user;
mod login_details;
mod look_up;
mod not_signed_in;
mod organization;
mod own_sessions;
mod public_claims;
mod records;
mod scope;
mod services;
mod session_data;
mod session_use;
mod state;
mod step_up;
mod user;
mod user_sessions;
mod watch;

#[cfg(feature = "testing")]
pub(crate) use self::cookie::issued_cookie;
pub(crate) use self::{
    cache_policy::{SessionAccess, cache_policy},
    changes::{ChangeTracker, TrackedOperations},
    cookie::{SessionCookie, base_cookie, layer, protect_cookie, write_cookie},
    data::{LoginContext, ProviderSession, SessionData, StoredSession, empty_record},
    end_markers::EndMarker,
    expiry::SessionTimes,
    load_user::load_user,
    login_details::LoginDetails,
    records::{SessionRecords, store_error},
    services::UserServices,
    session_data::StagedData,
    state::SessionState,
    user_sessions::{RefreshTokens, UserSessions},
    watch::SessionWatch,
};
pub use self::{
    description::SessionDescription,
    expiry::{SESSION_EXPIRES_HEADER, SessionExpiry, SessionLimit},
    not_signed_in::NotSignedIn,
    organization::OrganizationRequired,
    scope::AccessError,
    session_data::{AppData, SessionDataError},
    session_use::BACKGROUND_HEADER,
    user::{CurrentUser, SignedInUser},
};
