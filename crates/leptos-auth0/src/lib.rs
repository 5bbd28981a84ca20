#![doc = include_str!("../README.md")]
//!
//! ## Index
//!
//! [`use_user`], [`User`], [`UserSignal`]: the current user · [`LoginLink`], [`SignupLink`], [`LogoutButton`], [`SignedIn`], [`SignedOut`],
//! [`Protected`], [`SessionExpiry`], [`SessionEndTime`]: components · [`AuthError`], [`server_fn_error!`]: errors · [`PageUserField`], [`use_failed_form`]: forms ·
//! `server`: guards and the engine (feature `ssr`)
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs)]

mod auth_routes;
mod auth_snapshot;
mod base_path;
#[cfg(not(feature = "ssr"))]
mod browser;
mod components;
#[cfg_attr(
    feature = "ssr",
    expect(
        clippy::unused_async,
        unreachable_pub,
        reason = "the server macro generates it"
    )
)]
mod current_user;
mod error;
mod failed_form;
#[cfg(feature = "islands")]
#[expect(
    unreachable_pub,
    reason = "the component macro generates a second, public function for each"
)]
mod islands;
mod location;
mod page_user;
mod platform;
mod provide;
#[cfg(feature = "ssr")]
pub mod server;
mod server_fn_error;
mod session_end;
mod session_expiry;
mod session_expiry_signal;
mod user;
mod user_signal;

pub use auth_routes::AuthRoutes;
pub use base_path::{form_action, site_path, use_base_path};
#[cfg(not(feature = "islands"))]
pub use components::SessionExpiry;
pub use components::{
    LoginLink, LogoutButton, PageUserField, Protected, ServerNavigation, SessionEndTime, SignedIn,
    SignedOut, SignupLink,
};
pub use current_user::current_user;
pub use error::{
    AccessDenied, ApiFailure, AuthError, ErrorStatus, Explanation, GrantKind, MissingGrant,
    StepUpLogin,
};
pub use failed_form::use_failed_form;
#[cfg(feature = "islands")]
pub use islands::{AuthProvider, SessionExpiry, SessionNotice};
pub use provide::{provide_auth, use_auth_routes, use_user};
pub use server_fn_error::set_page_status;
pub use session_end::{SessionEnd, SessionLimit};
pub use session_expiry::use_session_expiry;
pub use session_expiry_signal::SessionExpirySignal;
pub use user::{Organization, User};
pub use user_signal::UserSignal;

#[doc(hidden)]
pub use server_fn_error::private as server_fn_error_private;
