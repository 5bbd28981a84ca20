//! The HTTP client for requests to the provider, with limits for time and size.
//!
//! The client follows no redirects, stores no cookies, uses no proxy and decompresses nothing. It allows plain `http`
//! on loopback, and to the one origin that [`HttpClientOptions::plain_http_to`] names. Its errors contain the host and
//! the path, but no query string and no body, because those can hold codes and tokens.

mod body;
mod certificate;
mod client;
mod connection;
mod error;
mod json;
mod observer;
mod options;
mod retry_after;
mod send;
#[cfg(feature = "streaming")]
mod streaming;
mod url_policy;

pub use body::{content_coding, strip_bom};
pub use certificate::{
    AuthorityCertificates, ClientCertificate, ClientCertificateError, TlsCertificates,
};
pub use client::HttpClient;
pub use error::{Delivery, HttpError, RedactedUrl};
pub use observer::{ProviderEndpoint, RequestObserver, RequestResult, SharedRequestObserver};
pub use options::HttpClientOptions;
pub use retry_after::retry_after;
#[cfg(feature = "streaming")]
pub use streaming::{RequestBody, StreamedResponse, Upgraded};
pub use url_policy::{is_loopback, is_secure};
