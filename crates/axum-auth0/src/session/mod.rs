//! The browser's session and the current user.

mod best_effort;
mod cache;
mod cache_policy;
mod cookie;
mod data;
mod extract;
pub(crate) mod id;
mod load_user;
mod look_up;
mod not_signed_in;
mod public_claims;
mod records;
mod services;
mod state;
mod user;

#[cfg(feature = "testing")]
pub(crate) use self::cookie::issued_cookie;
pub(crate) use self::{
    cache_policy::{SessionAccess, cache_policy},
    cookie::{SessionCookie, base_cookie, layer, protect_cookie, write_cookie},
    data::{ProviderSession, SessionData, StoredSession, empty_record},
    load_user::load_user,
    records::{SessionRecords, store_error},
    services::UserServices,
    state::SessionState,
};
pub use self::{
    not_signed_in::NotSignedIn,
    user::{CurrentUser, SignedInUser},
};

/// Minimum interval between writes of the time of last use, in seconds.
const LAST_SEEN_INTERVAL: i64 = 60;
