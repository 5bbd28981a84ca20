//! The client certificate of `AUTH0_MTLS` (RFC 8705), and the files that contain it.

use std::path::{Path, PathBuf};

use super::{problems::Problems, variable, variable::Variable};
use crate::http_client::{
    AuthorityCertificates, ClientCertificate, ClientCertificateError, TlsCertificates,
};

/// The files of the client certificate, which was valid when the configuration was read.
#[derive(Clone, Debug)]
pub struct CertificateFiles {
    certificate: PathBuf,
    key: PathBuf,
    tls: TlsCertificates,
}

/// A file that cannot be used, with its variable.
type FileProblem = (Variable, String);

impl CertificateFiles {
    /// Returns the certificate of the configuration, and the authorities that are trusted where it is presented.
    pub fn initial(&self) -> &TlsCertificates {
        &self.tls
    }

    /// Returns `AUTH0_MTLS_CERTIFICATE_FILE`.
    pub fn certificate(&self) -> &Path {
        &self.certificate
    }

    /// Reads the files again, for a certificate that was renewed.
    ///
    /// # Errors
    ///
    /// Returns a description of the file that cannot be used.
    pub fn reload(&self) -> Result<TlsCertificates, String> {
        let client = load(&self.certificate, &self.key)
            .map_err(|(variable, problem)| format!("{} {problem}", variable.name))?;
        Ok(TlsCertificates {
            client: Some(client),
            ..self.tls.clone()
        })
    }
}

/// Reads the variables of a client certificate. It is the only credential of the application.
pub(super) fn files(problems: &mut Problems<'_>) -> Option<CertificateFiles> {
    for variable in [variable::CLIENT_SECRET, variable::CLIENT_ASSERTION_KEY] {
        if problems.get(variable).is_some() {
            problems.add(
                variable,
                "must not be set if AUTH0_MTLS is true: the client certificate is the only credential. Remove it, or \
                 AUTH0_MTLS",
            );
        }
    }
    let mut path = |variable: Variable| {
        let path = problems.get(variable).map(PathBuf::from);
        if path.is_none() {
            problems.add(variable, "is missing; AUTH0_MTLS needs it");
        }
        path
    };
    let (certificate, key) = (path(variable::MTLS_CERTIFICATE), path(variable::MTLS_KEY));
    let authorities = authorities(problems);
    let (certificate, key) = (certificate?, key?);
    match load(&certificate, &key) {
        Ok(client) => Some(CertificateFiles {
            certificate,
            key,
            tls: TlsCertificates {
                client: Some(client),
                authorities,
            },
        }),
        Err((variable, problem)) => {
            problems.add(variable, problem);
            None
        }
    }
}

/// Reports variables that have no effect without `AUTH0_MTLS`.
pub(super) fn report_unused(problems: &mut Problems<'_>) {
    for variable in [
        variable::MTLS_CERTIFICATE,
        variable::MTLS_KEY,
        variable::MTLS_AUTHORITIES,
    ] {
        if problems.get(variable).is_some() {
            problems.add(variable, "is set, but AUTH0_MTLS is not true");
        }
    }
}

/// Reads whether access tokens must be bound to the certificate.
pub(super) fn binds_tokens(problems: &mut Problems<'_>, uses_mtls: bool) -> bool {
    let binds = problems.flag(variable::MTLS_BOUND_TOKENS, false);
    if binds && !uses_mtls {
        problems.add(
            variable::MTLS_BOUND_TOKENS,
            "needs AUTH0_MTLS=true and a client certificate",
        );
    }
    binds
}

fn authorities(problems: &mut Problems<'_>) -> Option<AuthorityCertificates> {
    let path = PathBuf::from(problems.get(variable::MTLS_AUTHORITIES)?);
    let read = read(variable::MTLS_AUTHORITIES, &path).and_then(|pem| {
        AuthorityCertificates::from_pem(&pem)
            .map_err(|error| (variable::MTLS_AUTHORITIES, error.to_string()))
    });
    read.map_err(|(variable, problem)| problems.add(variable, problem))
        .ok()
}

fn load(certificate: &PathBuf, key: &PathBuf) -> Result<ClientCertificate, FileProblem> {
    let chain = read(variable::MTLS_CERTIFICATE, certificate)?;
    let private_key = read(variable::MTLS_KEY, key)?;
    ClientCertificate::from_pem(&chain, &private_key).map_err(|error| {
        let variable = match error {
            ClientCertificateError::NoCertificate => variable::MTLS_CERTIFICATE,
            _ => variable::MTLS_KEY,
        };
        (variable, error.to_string())
    })
}

fn read(variable: Variable, path: &PathBuf) -> Result<Vec<u8>, FileProblem> {
    std::fs::read(path).map_err(|error| {
        let problem = format!("names {}, which cannot be read: {error}", path.display());
        (variable, problem)
    })
}
