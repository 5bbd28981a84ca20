//! Login and API tokens for Leptos: what `@auth0/nextjs-auth0` is to Next.js.
//!
//! The crate has two halves. The browser half knows who is signed in and nothing more: no token, no provider, no
//! configuration. The server half (feature `ssr`) turns the request at hand into a [`server::require_user`] value, and
//! only that value can obtain an access token. The engine behind it is `axum-auth0`.
//!
//! # The way of one request
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
//!     leptos_auth0::provide_auth(); // first, so that the value is in the first HTML
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
//! While a page is open, another user can log in in another tab of the same browser. [`provide_auth`] makes every call of
//! the page say for whom it was rendered, and [`PageUserField`] every form; the engine refuses what comes from another
//! user's page, and the page then loads itself again.
//!
//! `cfg(feature)` appears in this file only: the two halves offer the same few functions to the rest of the crate.

#[cfg(not(feature = "ssr"))]
mod browser;
mod components;
#[cfg_attr(
    feature = "ssr",
    expect(
        clippy::unused_async,
        unreachable_pub,
        reason = "what the server macro makes of a server function"
    )
)]
mod current;
mod error;
mod json;
mod login_url;
mod page_user;
#[cfg(feature = "ssr")]
pub mod server;
mod user;
mod wire;

#[cfg(not(feature = "ssr"))]
use browser as half;
#[cfg(feature = "ssr")]
use server::half;

pub use components::{
    HardNavigation, LoginLink, LogoutButton, PageUserField, Protected, SignedIn, SignedOut,
};
pub use current::{CurrentUser, UserResource, current_user, provide_auth, use_user};
pub use error::{ApiFault, AuthError, Explanation};
pub use half::{Whole, whole};
pub use json::{ErrorJson, JsonError, LightJson, LightJsonEncoding};
pub use login_url::{LOGIN_PATH, LOGOUT_PATH, login_url};
pub use user::User;
pub use wire::{ErrorBody, FieldProblem, ServerFnAnswer, answer_page, decode_error, encode_error};
