//! The event stream: what happens to logins, sessions and tokens, as values without secrets.
//!
//! Every event goes to the callbacks of [`Auth0Builder::on_event`](crate::Auth0Builder::on_event) and to `tracing`, with
//! the target `axum_auth0::events`.

mod count;
mod event;
mod log;
mod login;
mod refresh;
mod refusal;
mod session;
mod stream;
mod subject;

pub use self::{
    event::{AuthEvent, FindingSeverity},
    login::LoginFailureReason,
    refresh::{RefreshDenial, RefreshOutcome, RevocationOutcome},
    refusal::{LimitedRoute, RequestRefusal},
    session::{LogoutTokenOutcome, LogoutTokenRejection, ProviderEnd, SessionEnd},
    subject::EventSubject,
};
pub(crate) use self::{log::TARGET, stream::Events};

/// Names the values of an enum, for logs and metrics.
macro_rules! names {
    ($type:ty { $($pattern:pat => $name:literal,)+ }) => {
        impl $type {
            /// Returns the name in snake case, as used in logs and metrics. The names form a closed list.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($pattern => $name,)+
                }
            }
        }
    };
}
use names;
