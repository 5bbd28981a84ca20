//! The HTTP client for requests to the provider, with limits for time and size.
//!
//! It follows no redirects, stores no cookies, uses no proxy, decompresses nothing, and allows plain `http` on loopback only. Its
//! errors name the host and the path, never a query string or a body: those can hold codes and tokens.

mod body;
mod client;
mod error;
mod options;
mod retry_after;
mod url_policy;

pub use body::{content_coding, strip_bom};
pub use client::HttpClient;
pub use error::{Delivery, HttpError, RedactedUrl};
pub use options::HttpClientOptions;
pub use retry_after::retry_after;
pub use url_policy::{is_loopback, is_secure};
