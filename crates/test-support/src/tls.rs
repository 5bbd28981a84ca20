//! A TLS server that requires client certificates, and the certificates of a test.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json, Router,
    extract::{ConnectInfo, connect_info::Connected},
    serve::{IncomingStream, Listener},
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
    server::WebPkiClientVerifier,
};
use sha2::{Digest as _, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::signer::encode;

/// An authority that issues certificates. Its key exists in this process only.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    /// Its certificate in PEM.
    pub pem: String,
}

/// A certificate and its private key.
pub struct IssuedCertificate {
    der: CertificateDer<'static>,
    key: KeyPair,
    /// The certificate in PEM.
    pub certificate: String,
    /// The private key in PEM.
    pub private_key: String,
}

impl Default for Authority {
    fn default() -> Self {
        let mut params = named(CertificateParams::default(), "Test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            pem: certificate.pem(),
            certificate: certificate.der().clone(),
            issuer: Issuer::new(params, key),
        }
    }
}

impl Authority {
    /// Issues a certificate for a client.
    pub fn client(&self, name: &str) -> IssuedCertificate {
        self.issue(name, ExtendedKeyUsagePurpose::ClientAuth)
    }

    /// Issues a certificate for a server, whose name may be an IP address.
    pub fn server(&self, name: &str) -> IssuedCertificate {
        self.issue(name, ExtendedKeyUsagePurpose::ServerAuth)
    }

    fn issue(&self, name: &str, purpose: ExtendedKeyUsagePurpose) -> IssuedCertificate {
        let mut params = named(CertificateParams::new([name.to_owned()]).unwrap(), name);
        params.extended_key_usages = vec![purpose];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        IssuedCertificate {
            certificate: certificate.pem(),
            private_key: key.serialize_pem(),
            der: certificate.der().clone(),
            key,
        }
    }

    /// Listens on a free port with a certificate for 127.0.0.1. The handshake of a client without a certificate of this
    /// authority fails.
    pub async fn listen(&self) -> TlsListener {
        let server = self.server("127.0.0.1");
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(
                vec![server.der],
                PrivateKeyDer::Pkcs8(server.key.serialize_der().into()),
            )
            .unwrap();
        TlsListener {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        }
    }
}

/// Sets the subject. OpenSSL takes a certificate whose issuer is also its subject for a self-signed one.
fn named(mut params: CertificateParams, name: &str) -> CertificateParams {
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

impl IssuedCertificate {
    /// Returns `x5t#S256` (RFC 8705 §3.1).
    pub fn thumbprint(&self) -> String {
        encode(Sha256::digest(&self.der))
    }
}

/// A listener whose connections are TLS.
pub struct TlsListener {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    /// A connection whose handshake fails is dropped.
    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.listener.accept().await.unwrap();
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl TlsListener {
    /// Answers every request with the thumbprint of the client's certificate as a JSON string. Returns the base URL.
    pub fn serve_thumbprints(self) -> String {
        let base = format!("https://{}", self.local_addr().unwrap());
        let echo =
            |ConnectInfo(peer): ConnectInfo<PeerThumbprint>| async move { Json(peer.0.clone()) };
        let router = Router::new()
            .fallback(echo)
            .into_make_service_with_connect_info::<PeerThumbprint>();
        tokio::spawn(async move { axum::serve(self, router).await });
        base
    }
}

/// The thumbprint of the certificate that a client presented.
#[derive(Clone, Debug)]
pub(crate) struct PeerThumbprint(pub(crate) String);

impl Connected<IncomingStream<'_, TlsListener>> for PeerThumbprint {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        let (_, connection) = stream.io().get_ref();
        let certificates = connection.peer_certificates().unwrap_or_default();
        let first = certificates.first().map(|der| encode(Sha256::digest(der)));
        Self(first.unwrap_or_default())
    }
}
