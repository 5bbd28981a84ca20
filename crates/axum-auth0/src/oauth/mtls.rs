//! Mutual TLS at the provider's endpoints (RFC 8705).

use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

use super::{error::EndpointError, token_endpoint::TokenEndpoint};
use crate::{
    clock::SharedClock,
    config::{CertificateFiles, ClientCredentials, Config},
    http_client::{HttpClient, HttpError, TlsCertificates},
    provider::Metadata,
};

/// Seconds after which the files of the certificate are read again.
const RELOAD_INTERVAL: i64 = 60;

const SETTING: &str = "AUTH0_MTLS";

/// The certificate that authenticates the client, from files that are read again at most once a minute: a renewed
/// certificate is used without a restart. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct MtlsCertificate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    files: CertificateFiles,
    clock: SharedClock,
    loaded: Mutex<Loaded>,
}

#[derive(Debug)]
struct Loaded {
    tls: TlsCertificates,
    read_at: i64,
}

impl MtlsCertificate {
    /// Returns the certificate of the configuration, if it has one.
    pub(crate) fn of(config: &Config, clock: SharedClock) -> Option<Self> {
        let ClientCredentials::Certificate(files) = config.client_credentials() else {
            return None;
        };
        let loaded = Mutex::new(Loaded {
            tls: files.initial().clone(),
            read_at: clock.unix_seconds(),
        });
        Some(Self(Arc::new(Inner {
            files: files.clone(),
            clock,
            loaded,
        })))
    }

    /// Returns the current certificate. If the files cannot be read, the last one is kept.
    pub(crate) fn current(&self) -> TlsCertificates {
        let now = self.0.clock.unix_seconds();
        let mut loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if now - loaded.read_at >= RELOAD_INTERVAL {
            loaded.read_at = now;
            match self.0.files.reload() {
                Ok(tls) => {
                    if thumbprint(&tls) != thumbprint(&loaded.tls) {
                        tracing::info!("client certificate reloaded");
                    }
                    loaded.tls = tls;
                }
                Err(problem) => tracing::warn!(
                    %problem,
                    fix = "write a certificate and its private key to the files",
                    "failed to reload the client certificate; the last one stays in use"
                ),
            }
        }
        loaded.tls.clone()
    }
}

/// HTTP clients that present the certificate. A client is replaced when the certificate is.
#[derive(Clone, Debug)]
pub(crate) struct MtlsClient {
    certificate: MtlsCertificate,
    without: HttpClient,
    current: Arc<Mutex<Option<(String, HttpClient)>>>,
}

impl MtlsClient {
    /// Returns a client with the limits of `http_client`.
    pub(crate) fn new(certificate: MtlsCertificate, http_client: HttpClient) -> Self {
        Self {
            certificate,
            without: http_client,
            current: Arc::default(),
        }
    }

    /// Returns the thumbprint of the current certificate and a client that presents it.
    ///
    /// # Errors
    ///
    /// [`HttpError::Setup`] if the TLS library cannot be set up.
    pub(crate) fn current(&self) -> Result<(String, HttpClient), HttpError> {
        let tls = self.certificate.current();
        let thumbprint = thumbprint(&tls).to_owned();
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, client)) = current.as_ref()
            && *of == thumbprint
        {
            return Ok((thumbprint, client.clone()));
        }
        let client = self.without.with_tls(tls)?;
        *current = Some((thumbprint.clone(), client.clone()));
        Ok((thumbprint, client))
    }
}

fn thumbprint(tls: &TlsCertificates) -> &str {
    tls.client
        .as_ref()
        .map_or("", |certificate| certificate.thumbprint())
}

/// An endpoint at which the client may present its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientEndpoint {
    Token,
    Userinfo,
    Revocation,
    PushedAuthorization,
    BackchannelAuthentication,
}

/// The URL of an endpoint, and the HTTP client for it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) url: Url,
    pub(crate) http_client: HttpClient,
    /// The thumbprint of the certificate that the client presents.
    pub(crate) thumbprint: Option<String>,
}

impl TokenEndpoint {
    /// Returns the connection to an endpoint: with a client certificate to the alias of the metadata, if there is one
    /// (RFC 8705 §5). `None` if the metadata has no such endpoint.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotSupported`] if a certificate authenticates the client, but the metadata announces nothing of
    /// that kind, or the endpoint is not an https URL, at which no certificate can be presented.
    pub(crate) fn connection(
        &self,
        metadata: &Metadata,
        endpoint: ClientEndpoint,
    ) -> Result<Option<Connection>, EndpointError> {
        let ordinary = match endpoint {
            ClientEndpoint::Token => &metadata.token_endpoint,
            ClientEndpoint::Userinfo => &metadata.userinfo_endpoint,
            ClientEndpoint::Revocation => &metadata.revocation_endpoint,
            ClientEndpoint::PushedAuthorization => &metadata.pushed_authorization_request_endpoint,
            ClientEndpoint::BackchannelAuthentication => {
                &metadata.backchannel_authentication_endpoint
            }
        };
        let Some(mtls) = &self.mtls else {
            return Ok(ordinary.clone().map(|url| Connection {
                url,
                http_client: self.http_client.clone(),
                thumbprint: None,
            }));
        };
        if metadata.mtls_endpoint_aliases.is_none() && !announces_method(metadata) {
            return Err(EndpointError::NotSupported {
                setting: SETTING,
                missing: "mtls_endpoint_aliases or tls_client_auth in its metadata",
            });
        }
        let alias = metadata.mtls_endpoint_aliases.as_ref();
        let alias = alias.and_then(|aliases| match endpoint {
            ClientEndpoint::Token => aliases.token_endpoint.as_ref(),
            ClientEndpoint::Userinfo => aliases.userinfo_endpoint.as_ref(),
            ClientEndpoint::Revocation => aliases.revocation_endpoint.as_ref(),
            ClientEndpoint::PushedAuthorization => {
                aliases.pushed_authorization_request_endpoint.as_ref()
            }
            ClientEndpoint::BackchannelAuthentication => {
                aliases.backchannel_authentication_endpoint.as_ref()
            }
        });
        let Some(url) = alias.or(ordinary.as_ref()) else {
            return Ok(None);
        };
        if url.scheme() != "https" {
            return Err(EndpointError::NotSupported {
                setting: SETTING,
                missing: "an endpoint for client certificates with https in its mtls_endpoint_aliases",
            });
        }
        let (thumbprint, http_client) = mtls.current()?;
        Ok(Some(Connection {
            url: url.clone(),
            http_client,
            thumbprint: Some(thumbprint),
        }))
    }
}

/// Returns whether the token endpoint accepts client certificates (RFC 8705 §2).
fn announces_method(metadata: &Metadata) -> bool {
    let methods = metadata.token_endpoint_auth_methods_supported.as_deref();
    methods.unwrap_or_default().iter().any(|method| {
        matches!(
            method.as_str(),
            "tls_client_auth" | "self_signed_tls_client_auth"
        )
    })
}
