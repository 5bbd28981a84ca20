//! Sets up connections: TLS, timeouts, the pool.

use std::{error::Error, time::Duration};

use super::{certificate::AuthorityCertificates, error::HttpError, options::HttpClientOptions};

/// Timeout of a client without one. The largest value would overflow the clock of some systems.
const UNLIMITED: Duration = Duration::from_hours(24 * 365);

/// Returns a client that has no connection yet.
pub(super) fn connect(
    options: &HttpClientOptions,
    is_streaming: bool,
) -> Result<reqwest::Client, HttpError> {
    let builder = |options: &HttpClientOptions| {
        let builder = builder(options);
        if is_streaming {
            builder.http1_only().timeout(UNLIMITED)
        } else {
            builder
        }
    };
    // reqwest uses the process-wide crypto provider. A provider that the application has installed is kept.
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error means that another thread has installed a provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    builder(options)
        .build()
        .or_else(|error| {
            // Containers often lack root certificates, and a provider on loopback needs none.
            tracing::warn!(cause = %root_cause(&error), "no root certificates found: requests over https fail until they are installed (package ca-certificates)");
            let authorities = options.tls.authorities.as_ref();
            let authorities = authorities.map_or_else(Vec::new, AuthorityCertificates::to_vec);
            builder(options).tls_certs_only(authorities).build()
        })
        .map_err(|error| HttpError::Setup { cause: root_cause(&error) })
}

fn builder(options: &HttpClientOptions) -> reqwest::ClientBuilder {
    let mut builder = reqwest::Client::builder();
    if let Some(certificate) = &options.tls.client {
        builder = builder.identity(certificate.identity());
    }
    if let Some(authorities) = &options.tls.authorities {
        builder = builder.tls_certs_merge(authorities.to_vec());
    }
    builder
        .user_agent(concat!(
            env!("CARGO_PKG_NAME"),
            "/",
            env!("CARGO_PKG_VERSION")
        ))
        // A redirect could carry a token to another host.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        // Another crate of the build may enable decompression; a small response could become a large one.
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .connect_timeout(options.connect_timeout)
        .timeout(options.total_timeout)
        // Shorter than the idle timeout of servers: if a server closes a connection during a request, the outcome is
        // unknown.
        .pool_idle_timeout(Duration::from_secs(15))
        .pool_max_idle_per_host(8)
}

/// Returns the innermost error, such as "connection refused". The outer ones repeat the URL.
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    let mut root: &dyn Error = error;
    while let Some(source) = root.source() {
        root = source;
    }
    if root.is::<reqwest::Error>() {
        return "the request failed".to_owned();
    }
    root.to_string()
}
