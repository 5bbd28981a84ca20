//! The browser's session, and who is signed in.

mod bookkeeping;
mod cookie;
mod data;
pub(crate) mod id;
mod identify;
mod user;

pub use self::user::{CurrentUser, NotSignedIn, SignedInUser};
pub(crate) use self::{
    bookkeeping::Bookkeeping,
    cookie::{SessionCookie, layer, protect_cookie, write_cookie},
    data::{Carried, ProviderSession, SESSION_KEY, SessionData},
    identify::identify,
};

/// A session nobody used for this long ends, in seconds: 1 day, as in nextjs-auth0.
pub(crate) const IDLE_TIMEOUT: i64 = 86_400;

/// A session ends after this long whatever happens, in seconds: 3 days, as in nextjs-auth0.
pub(crate) const ABSOLUTE_TIMEOUT: i64 = 3 * 86_400;

/// That a session was used is written at most this often, in seconds.
const LAST_SEEN_INTERVAL: i64 = 60;
