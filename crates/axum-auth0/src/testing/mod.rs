//! Signed-in users for the tests of an application, without a provider. Feature `testing`.
//!
//! Enable the feature for tests only: `cargo add axum-auth0 --dev --features testing`.
//!
//! [`Auth0Builder::for_test`](crate::Auth0Builder::for_test) completes the configuration, so no provider, environment or
//! database is needed. [`Auth0::sign_in_for_test`](crate::Auth0::sign_in_for_test) signs a user in, with the claims and the
//! access tokens of the test:
//!
//! ```
//! use axum::{Router, body::Body, routing::get};
//! use axum_auth0::{
//!     Api, Auth0, SignedInUser,
//!     testing::TestLogin,
//! };
//! use http::StatusCode;
//! use tower::ServiceExt as _;
//!
//! struct ProductsApi;
//!
//! impl Api for ProductsApi {
//!     const ENV_PREFIX: &'static str = "PRODUCTS";
//!     const SCOPES: &'static [&'static str] = &["read:products"];
//! }
//!
//! async fn profile(user: SignedInUser) -> String {
//!     user.claim("email").unwrap_or_default()
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let auth0 = Auth0::builder()
//!     .login_api::<ProductsApi>()
//!     .protect(["/profile"])
//!     .for_test()
//!     .build()
//!     .await?;
//! let app = auth0.wrap(Router::new().route("/profile", get(profile)));
//!
//! let alice = TestLogin::new("auth0|alice")
//!     .claim("email", "alice@example.com")
//!     .token::<ProductsApi>("eyJ…");
//! let session = auth0.sign_in_for_test(alice).await?;
//!
//! let response = app.oneshot(session.get("/profile").body(Body::empty())?).await?;
//! assert_eq!(response.status(), StatusCode::OK);
//! assert_eq!(
//!     session.user().access_token::<ProductsApi>().await?.expose(),
//!     "eyJ…"
//! );
//! # Ok(())
//! # }
//! ```
//!
//! # A handler or a server function alone
//!
//! Without the layers of [`Auth0::wrap`](crate::Auth0::wrap), the user of a request is the extension
//! [`CurrentUser`](crate::CurrentUser). [`TestLogin::into_current_user`] returns one, and needs no [`Auth0`](crate::Auth0):
//!
//! ```
//! use axum::{Router, body::Body, routing::get};
//! use axum_auth0::{SignedInUser, testing::TestLogin};
//! use http::Request;
//! use tower::ServiceExt as _;
//!
//! async fn greet(user: SignedInUser) -> String {
//!     format!("Hello, {}", user.subject())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let user = TestLogin::new("auth0|alice").into_current_user().await?;
//! let request = Request::get("/").extension(user).body(Body::empty())?;
//! let response = Router::new().route("/", get(greet)).oneshot(request).await?;
//! assert_eq!(response.status(), 200);
//! # Ok(())
//! # }
//! ```
//!
//! A Leptos server function reads the user from the request's [`Parts`](http::request::Parts) in its context:
//! `provide_context(parts)`, with the extension in `parts`.
//!
//! # Tokens
//!
//! A token of the test is used as it is: it is not checked, and it need not be a JWT. It is returned until it expires
//! ([`TestToken::expires_in`], or `exp` if it is a JWT). After that, and for an API without a token,
//! [`access_token`](crate::SignedInUser::access_token) returns
//! [`TokenError::SignInRequired`](crate::TokenError::SignInRequired), as for a user who has no refresh token.
//!
//! # In production
//!
//! The feature adds no route and no variable: without a call of these functions, nothing changes. They need the
//! [`Auth0`](crate::Auth0) of the site, and with it its `AUTH0_SECRET`, so they enable nothing that the owner of the secret
//! cannot do anyway.

mod error;
mod login;
mod session;
mod sign_in;
mod token;

pub use self::{error::TestLoginError, login::TestLogin, session::TestSession, token::TestToken};
