//! The error of a TLS listener that cannot be set up.

use std::{io, path::PathBuf};

/// The files of mutual TLS cannot be used or generated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MutualTlsError {
    /// A file cannot be read or written.
    #[error("cannot read or write {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A file has no certificate or key.
    #[error("{path} has no valid content; delete its folder to generate new certificates")]
    Content {
        /// The file.
        path: PathBuf,
    },
    /// A certificate cannot be generated.
    #[error("cannot generate a certificate: {0}")]
    Generate(#[from] rcgen::Error),
    /// The TLS library refuses the configuration.
    #[error("cannot set up TLS: {0}")]
    Setup(#[from] rustls::Error),
    /// The certificate of the authority cannot be used.
    #[error("cannot use the authority: {0}")]
    Authority(#[from] rustls::server::VerifierBuilderError),
    /// The generation was interrupted.
    #[error("cannot generate the certificates: {0}")]
    Interrupted(#[from] io::Error),
}
