//! The one HTTP client for everything that is asked of a provider, bounded in time and size.
//!
//! It follows no redirects, keeps no cookies, uses no proxy, decompresses nothing, and speaks plain `http` only to this machine itself.
//! Its errors name the host and the path, never a query string or a body: those can hold codes and tokens.

mod client;
mod error;
mod retry_after;
mod url_policy;

pub use client::{HttpClient, HttpClientOptions, content_coding, strip_bom};
pub use error::{Delivery, HttpError, RedactedUrl};
pub use retry_after::retry_after;
pub use url_policy::{is_loopback, is_secure};
