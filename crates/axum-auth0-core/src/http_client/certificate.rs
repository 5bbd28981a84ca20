//! Client certificates for TLS ([RFC 8705](https://www.rfc-editor.org/rfc/rfc8705)).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Identity;
use ring::digest::{SHA256, digest};
use rustls::{
    crypto,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    sign::CertifiedKey,
};

/// A client certificate with its private key. Cheap to clone.
#[derive(Clone)]
pub struct ClientCertificate {
    identity: Identity,
    thumbprint: String,
}

/// The error of a client certificate that cannot be used. No variant contains a part of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientCertificateError {
    /// No certificate in PEM.
    #[error("has no certificate in PEM (`-----BEGIN CERTIFICATE-----`)")]
    NoCertificate,
    /// No private key in PEM.
    #[error("has no private key in PEM (`-----BEGIN PRIVATE KEY-----`)")]
    NoPrivateKey,
    /// The key is of a kind or size that TLS does not use, or it is damaged.
    #[error(
        "has a private key that cannot be used: RSA of at least 2048 bits, P-256, P-384 or Ed25519"
    )]
    UnusableKey,
    /// The private key does not belong to the certificate.
    #[error("has a private key that does not belong to the certificate")]
    OtherKey,
}

impl ClientCertificate {
    /// Reads a certificate, followed by the certificates of its issuers if the server needs them, and its private key, both in
    /// PEM. `certificates` and `key` may be the same text.
    ///
    /// # Errors
    /// [`ClientCertificateError`].
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, ClientCertificateError> {
        let chain = CertificateDer::pem_slice_iter(certificates)
            .collect::<Result<Vec<_>, _>>()
            .unwrap_or_default();
        let first = chain.first().ok_or(ClientCertificateError::NoCertificate)?;
        let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, first));
        let private_key =
            PrivateKeyDer::from_pem_slice(key).map_err(|_| ClientCertificateError::NoPrivateKey)?;
        match CertifiedKey::from_der(chain, private_key, &crypto::ring::default_provider()) {
            Ok(_) => {}
            Err(rustls::Error::InconsistentKeys(_)) => {
                return Err(ClientCertificateError::OtherKey);
            }
            Err(_) => return Err(ClientCertificateError::UnusableKey),
        }
        let pem = [key, b"\n", certificates].concat();
        let identity = Identity::from_pem(&pem).map_err(|_| ClientCertificateError::UnusableKey)?;
        Ok(Self {
            identity,
            thumbprint,
        })
    }

    /// Returns the thumbprint of the certificate: base64url of its SHA-256, as in `cnf["x5t#S256"]`
    /// ([RFC 8705 §3.1](https://www.rfc-editor.org/rfc/rfc8705#section-3.1)).
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    pub(super) fn identity(&self) -> Identity {
        self.identity.clone()
    }
}

/// Shows the thumbprint only.
impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("thumbprint", &self.thumbprint)
            .finish_non_exhaustive()
    }
}

/// Certificates of authorities that the client trusts in addition to those of the system.
#[derive(Clone)]
pub struct AuthorityCertificates(Vec<reqwest::Certificate>);

impl AuthorityCertificates {
    /// Reads certificates in PEM.
    ///
    /// # Errors
    /// [`ClientCertificateError::NoCertificate`] if there is none, or one is damaged.
    pub fn from_pem(pem: &[u8]) -> Result<Self, ClientCertificateError> {
        let certificates = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<Vec<_>, _>>()
            .unwrap_or_default();
        let certificates: Vec<_> = certificates
            .iter()
            .map(|der| reqwest::Certificate::from_der(der))
            .collect::<Result<_, _>>()
            .map_err(|_| ClientCertificateError::NoCertificate)?;
        if certificates.is_empty() {
            return Err(ClientCertificateError::NoCertificate);
        }
        Ok(Self(certificates))
    }

    pub(super) fn to_vec(&self) -> Vec<reqwest::Certificate> {
        self.0.clone()
    }
}

impl fmt::Debug for AuthorityCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AuthorityCertificates")
            .field(&self.0.len())
            .finish()
    }
}

/// The certificates of a TLS connection.
#[derive(Clone, Debug, Default)]
pub struct TlsCertificates {
    /// The certificate that the client presents to servers that ask for one. None by default.
    pub client: Option<ClientCertificate>,
    /// Authorities that the client trusts in addition to those of the system. None by default.
    pub authorities: Option<AuthorityCertificates>,
}
