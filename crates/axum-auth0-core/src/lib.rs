#![doc = include_str!("../README.md")]
//!
//! ## Index
//!
//! [`Provider`](provider::Provider) · [`Claims`](jwt::Claims) · [`HttpClient`](http_client::HttpClient) ·
//! [`Store`](store::Store)
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs)]

pub mod clock;
pub mod dpop;
pub mod http_client;
pub mod json;
pub mod jwt;
pub mod provider;
pub mod random;
pub mod store;
