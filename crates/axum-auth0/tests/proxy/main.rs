//! Proxies of APIs: what is forwarded, what never is, and when streams end.
//!
//! Browser, site and API are connected by TCP, with HTTP/1.1 and HTTP/2 between browser and site.

#![expect(clippy::unwrap_used, reason = "tests")]

// The scripted API of the tests of the API client. Only these two test binaries need it.
#[path = "../api_client/api.rs"]
mod api;
mod connection;
mod proxy_test_env;
mod raw;
mod streaming_api;

mod admission;
mod compression;
mod dpop;
mod event_streams;
mod framing;
mod headers;
mod open_streams;
mod rejected_tokens;
mod stalled_browsers;
mod streams;
mod websockets;
#[cfg(feature = "http2")]
mod websockets_http2;
