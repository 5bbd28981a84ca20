//! Login and API tokens for Leptos, similar to `@auth0/nextjs-auth0` for Next.js.
//!
//! The crate has two parts. The browser part only knows the signed-in user: no token, no provider, no configuration.
//! The server part (feature `ssr`) turns the current request into a `SignedInUser` (`server::require_user`), and only
//! that value can obtain an access token. It is based on the engine `axum-auth0`.
//!
//! # A request
//! ```text
//! component ── server function
//!                └─ require_user()?                        SignedInUser, or 401
//!                     └─ user.access_token::<Api>().await?  the user's token for that API
//!                          └─ your client of that API
//! ```
//!
//! # In the app
//! ```rust,ignore
//! #[component]
//! fn App() -> impl IntoView {
//!     leptos_auth0::provide_auth(); // first, so that the user is in the first HTML
//!     let user = leptos_auth0::use_user();
//!     view! {
//!         <Router>
//!             <SignedIn>"Hello " {move || user.get().map(|user| user.display_name().to_owned())} <LogoutButton/></SignedIn>
//!             <SignedOut><LoginLink/></SignedOut>
//!         </Router>
//!     }
//! }
//! ```
//!
//! # A page belongs to a user
//! While a page is open, another user can log in in another tab of the same browser. [`provide_auth`] adds the user
//! that the page was rendered for to every call of the page, and [`PageUserField`] adds it to a form. The engine
//! rejects requests from another user's page, and the page then reloads.

#![warn(missing_docs)]

mod auth_routes;
mod auth_snapshot;
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
mod user;
mod user_signal;

pub use auth_routes::AuthRoutes;
pub use components::{
    LoginLink, LogoutButton, PageUserField, Protected, ServerNavigation, SignedIn, SignedOut,
};
pub use current_user::current_user;
pub use error::{ApiFailure, AuthError, ErrorStatus, Explanation, set_page_status};
pub use failed_form::use_failed_form;
#[cfg(feature = "islands")]
pub use islands::{AuthProvider, SessionNotice};
pub use provide::{provide_auth, use_auth_routes, use_user};
pub use user::User;
pub use user_signal::UserSignal;

/// For the code that [`server_fn_error!`] generates.
#[doc(hidden)]
pub mod __private {
    pub use crate::error::respond;
    pub use leptos::server_fn::{
        Bytes,
        codec::JsonEncoding,
        error::{FromServerFnError, ServerFnErrorErr},
    };
}
