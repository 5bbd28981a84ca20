//! The development authority. It issues the certificate of the listener and that of a client.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
    sync::Arc,
};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::{
    RootCertStore,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, pem::PemObject as _},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};

use super::{CLIENT_DNS_NAME, Files, error::MutualTlsError};

const NAME: &str = "Development authority of the local tenant";

/// An authority whose key is in a file.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

/// A certificate and its private key in PKCS #8, both in DER.
pub(super) struct Issued {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) key: Vec<u8>,
}

impl Authority {
    /// Reads the authority from `folder`, or generates it together with a client certificate.
    pub(super) fn open(folder: &Path, files: &Files) -> Result<Self, MutualTlsError> {
        let key_file = folder.join("ca.key");
        let stored = (read(&key_file)?, read(&files.authority)?);
        let authority = if let (Some(key), Some(certificate)) = stored {
            let malformed = |path: &Path| MutualTlsError::Content {
                path: path.to_owned(),
            };
            Self {
                issuer: Issuer::new(
                    params(),
                    KeyPair::from_pem(&key).map_err(|_| malformed(&key_file))?,
                ),
                certificate: CertificateDer::from_pem_slice(certificate.as_bytes())
                    .map_err(|_| malformed(&files.authority))?,
            }
        } else {
            fs::create_dir_all(folder).map_err(|source| MutualTlsError::File {
                path: folder.to_owned(),
                source,
            })?;
            let key = KeyPair::generate()?;
            let certificate = params().self_signed(&key)?;
            write(&key_file, &key.serialize_pem())?;
            write(&files.authority, &certificate.pem())?;
            let authority = Self {
                certificate: certificate.der().clone(),
                issuer: Issuer::new(params(), key),
            };
            authority.write_client(files)?;
            authority
        };
        if read(&files.certificate)?.is_none() || read(&files.key)?.is_none() {
            authority.write_client(files)?;
        }
        Ok(authority)
    }

    /// Returns what checks the certificates of this authority.
    pub(super) fn verifier(
        &self,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ClientCertVerifier>, MutualTlsError> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone())?;
        let builder =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
        Ok(builder.build()?)
    }

    /// Issues the certificate of the listener.
    pub(super) fn issue_for_server(&self, host: &str) -> Result<Issued, MutualTlsError> {
        let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
        let host = host.trim_matches(['[', ']']).to_owned();
        if !names.contains(&host) {
            names.push(host);
        }
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = name("Local tenant");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Issued {
            certificate: certificate.der().clone(),
            key: key.serialize_der(),
        })
    }

    fn write_client(&self, files: &Files) -> Result<(), MutualTlsError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new([CLIENT_DNS_NAME.to_owned()])?;
        params.distinguished_name = name("Site of the local tenant");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = params.signed_by(&key, &self.issuer)?;
        write(&files.key, &key.serialize_pem())?;
        write(&files.certificate, &certificate.pem())
    }
}

fn params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = name(NAME);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn name(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

/// Returns the content of a file; `None` if it does not exist.
fn read(path: &Path) -> Result<Option<String>, MutualTlsError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(MutualTlsError::File {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Creates the file with permissions for its owner only.
fn write(path: &Path, text: &str) -> Result<(), MutualTlsError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|source| MutualTlsError::File {
            path: path.to_owned(),
            source,
        })
}
