//! The client certificate, and HTTP clients that present it (RFC 8705).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    clock::SharedClock,
    config::{CertificateFiles, ClientCredentials, Config},
    http_client::{HttpClient, HttpError, TlsCertificates},
};

/// Seconds after which the files of the certificate are read again.
const RELOAD_INTERVAL: i64 = 60;

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
    ///
    /// The caller that finds it a minute old waits for the files. The others use the last one meanwhile: a file system that does
    /// not answer does not stop them.
    pub(crate) async fn current(&self) -> TlsCertificates {
        if self.is_due() {
            let this = self.clone();
            // In a task, so that the result is kept if the caller goes away.
            if let Err(error) = tokio::task::spawn_blocking(move || this.reload()).await {
                tracing::error!(%error, "reading the client certificate panicked");
            }
        }
        self.loaded().tls.clone()
    }

    /// Returns the thumbprint of the current certificate.
    pub(crate) async fn thumbprint(&self) -> String {
        thumbprint(&self.current().await).to_owned()
    }

    /// Returns whether the files have to be read, to one caller.
    fn is_due(&self) -> bool {
        let now = self.0.clock.unix_seconds();
        let mut loaded = self.loaded();
        let is_due = now - loaded.read_at >= RELOAD_INTERVAL;
        if is_due {
            loaded.read_at = now;
        }
        is_due
    }

    fn reload(&self) {
        match self.0.files.reload() {
            Ok(tls) => {
                let mut loaded = self.loaded();
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

    fn loaded(&self) -> MutexGuard<'_, Loaded> {
        self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Returns what it presents.
    pub(super) fn certificate(&self) -> &MtlsCertificate {
        &self.certificate
    }

    /// Returns the thumbprint of the current certificate and a client that presents it.
    ///
    /// # Errors
    ///
    /// [`HttpError::Setup`] if the TLS library cannot be set up.
    pub(crate) async fn current(&self) -> Result<(String, HttpClient), HttpError> {
        let tls = self.certificate.current().await;
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
