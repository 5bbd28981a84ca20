//! The client of a request.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRequestParts, connect_info::Connected},
    http::request::Parts,
    serve::IncomingStream,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rustls::pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};

use super::TlsListener;

/// The client certificate of a connection, if the client presented one. It is not verified.
#[derive(Clone, Debug, Default)]
pub struct TlsPeer {
    is_tls: bool,
    chain: Arc<[CertificateDer<'static>]>,
}

impl TlsPeer {
    /// Returns the certificate in DER.
    pub fn certificate(&self) -> Option<&[u8]> {
        self.chain.first().map(AsRef::as_ref)
    }

    /// Returns `x5t#S256` of the certificate (RFC 8705 §3.1).
    pub fn thumbprint(&self) -> Option<String> {
        self.certificate().map(thumbprint)
    }

    /// Returns whether the connection is TLS.
    pub(crate) fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// Returns the certificate, and those of its issuers that the client sent.
    pub(super) fn chain(&self) -> &[CertificateDer<'static>] {
        &self.chain
    }
}

/// Returns the SHA-256 of a certificate in base64url.
pub(crate) fn thumbprint(der: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(der))
}

impl Connected<IncomingStream<'_, TlsListener>> for TlsPeer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        let (_, connection) = stream.io().get_ref();
        let chain = connection.peer_certificates().unwrap_or_default();
        Self {
            is_tls: true,
            chain: chain.iter().map(|der| der.clone().into_owned()).collect(),
        }
    }
}

/// A request over plain HTTP has no certificate.
impl<S: Sync> FromRequestParts<S> for TlsPeer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<Self>>();
        Ok(peer
            .map(|ConnectInfo(peer)| peer.clone())
            .unwrap_or_default())
    }
}
