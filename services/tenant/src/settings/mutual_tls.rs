//! Settings of mutual TLS, and the certificates of applications.

use std::path::PathBuf;

use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use serde::{Deserialize, Serialize};
use url::Url;

use super::Settings;
use crate::mutual_tls::{CLIENT_DNS_NAME, thumbprint};

/// A TLS listener that requests client certificates (RFC 8705).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MutualTlsSettings {
    /// The URL of the listener: https, a loopback host, and a trailing slash.
    pub url: Url,
    /// Where the development authority and the client certificate are stored. They are generated if they do not exist.
    pub folder: PathBuf,
}

/// A certificate with which an application authenticates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RegisteredCertificate {
    /// `tls_client_auth` (RFC 8705 §2.1): a certificate of the development authority with this DNS name
    /// (`tls_client_auth_san_dns`).
    DnsName(String),
    /// `self_signed_tls_client_auth` (RFC 8705 §2.2): the certificate with this thumbprint.
    SelfSigned {
        /// `x5t#S256`.
        thumbprint: String,
    },
}

/// The text is not a certificate in PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a certificate in PEM")]
pub struct CertificateError;

impl RegisteredCertificate {
    /// Returns the certificate that the tenant generates.
    pub fn generated() -> Self {
        Self::DnsName(CLIENT_DNS_NAME.to_owned())
    }

    /// Registers a self-signed certificate.
    ///
    /// # Errors
    /// Returns an error if `pem` is not a certificate.
    pub fn self_signed(pem: &str) -> Result<Self, CertificateError> {
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| CertificateError)?;
        rustls::server::ParsedCertificate::try_from(&der).map_err(|_| CertificateError)?;
        Ok(Self::SelfSigned {
            thumbprint: thumbprint(&der),
        })
    }
}

impl Settings {
    /// Adds a TLS listener at `url`. All applications without public keys authenticate with the generated client certificate.
    #[must_use]
    pub fn with_mutual_tls(mut self, url: Url, folder: PathBuf) -> Self {
        self.mutual_tls = Some(MutualTlsSettings { url, folder });
        for application in &mut self.applications {
            if application.public_keys.is_empty() {
                application.client_certificates = vec![RegisteredCertificate::generated()];
            }
        }
        self
    }
}
