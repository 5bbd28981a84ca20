//! What the site's side (`axum-auth0`) and the API's side (`axum-auth0-bearer`) have in common: the OpenID Provider with its
//! keys, JSON Web Tokens read strictly, one bounded HTTP client, the time, random bytes, and the [`Store`](store::Store)
//! trait for logins. No web framework and no database.

#![warn(missing_docs)]

pub mod clock;
pub mod http_client;
pub mod json;
pub mod jwt;
pub mod provider;
pub mod random;
pub mod store;
