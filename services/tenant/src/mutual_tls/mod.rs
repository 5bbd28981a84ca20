//! Mutual TLS (RFC 8705): a listener that requests client certificates, and the development authority that issues them.

mod authority;
mod error;
mod listener;
mod peer;
mod verifier;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, ServerName, UnixTime},
    server::{ParsedCertificate, danger::ClientCertVerifier},
};
use url::Url;

pub(crate) use self::peer::thumbprint;
use self::{authority::Authority, verifier::AnyCertificate};
pub use self::{error::MutualTlsError, listener::TlsListener, peer::TlsPeer};
use crate::clock::Clock;

/// The DNS name in the client certificate that the tenant generates.
pub(crate) const CLIENT_DNS_NAME: &str = "site.local-tenant.example";

/// The listener's configuration, and the files for its clients.
pub(crate) struct MutualTls {
    url: Url,
    pub(crate) files: Files,
    /// Checks that the development authority issued a certificate.
    authority: Arc<dyn ClientCertVerifier>,
    server: Arc<ServerConfig>,
    clock: Arc<dyn Clock>,
}

/// The files that a client needs, in PEM.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) authority: PathBuf,
}

impl Files {
    fn new(folder: &Path) -> Self {
        // Absolute, so that the site can be started in another folder.
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        Self {
            certificate: folder.join("client.crt"),
            key: folder.join("client.key"),
            authority: folder.join("ca.crt"),
        }
    }

    /// Returns the variables of a site that authenticates with the generated certificate.
    pub(crate) fn site_variables(&self) -> [(&'static str, String); 4] {
        [
            ("AUTH0_MTLS", "true".to_owned()),
            (
                "AUTH0_MTLS_CERTIFICATE_FILE",
                self.certificate.display().to_string(),
            ),
            ("AUTH0_MTLS_KEY_FILE", self.key.display().to_string()),
            ("AUTH0_MTLS_CA_FILE", self.authority.display().to_string()),
        ]
    }
}

impl MutualTls {
    /// Reads the authority and the client certificate from their folder, or generates them. The certificate of the server
    /// is a new one at each start.
    pub(crate) async fn open(
        url: Url,
        folder: PathBuf,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, MutualTlsError> {
        let files = Files::new(&folder);
        let opened = tokio::task::spawn_blocking({
            let files = files.clone();
            move || Authority::open(&folder, &files)
        });
        let authority = opened.await.map_err(std::io::Error::other)??;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = authority.verifier(&provider)?;
        let host = url.host_str().unwrap_or_default();
        let server = authority.issue_for_server(host)?;
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(Arc::new(AnyCertificate(Arc::clone(&verifier))))
            .with_single_cert(
                vec![server.certificate],
                PrivateKeyDer::Pkcs8(server.key.into()),
            )?;
        Ok(Self {
            url,
            files,
            authority: verifier,
            server: Arc::new(config),
            clock,
        })
    }

    /// Returns the URL of the endpoint at `path`, which has no leading slash.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Returns a listener that does the handshakes of the connections of `listener`.
    pub(crate) fn listener(&self, listener: tokio::net::TcpListener) -> TlsListener {
        TlsListener::new(listener, Arc::clone(&self.server))
    }

    /// Checks that the development authority issued the certificate of `peer` for `name`, and that it is valid now
    /// (RFC 8705 §2.1).
    pub(crate) fn check_issued(&self, peer: &TlsPeer, name: &str) -> Result<(), &'static str> {
        let [end_entity, intermediates @ ..] = peer.chain() else {
            return Err("there is none");
        };
        let seconds = u64::try_from(self.clock.unix_seconds()).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        self.authority
            .verify_client_cert(end_entity, intermediates, now)
            .map_err(|_| "the tenant's authority did not issue it, or it has expired")?;
        let parsed = ParsedCertificate::try_from(end_entity).map_err(|_| "it is malformed")?;
        let name = ServerName::try_from(name).map_err(|_| "the registered name is no DNS name")?;
        rustls::client::verify_server_name(&parsed, &name)
            .map_err(|_| "it is for another name than the registered one")
    }
}
