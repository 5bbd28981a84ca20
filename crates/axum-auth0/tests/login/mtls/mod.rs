//! Client authentication with a certificate, and tokens that are bound to it (RFC 8705).

mod certificate_files;
mod provider;

use std::fs;

use tempfile::TempDir;
use test_support::{Authority, tls::IssuedCertificate};

use crate::app::{TestEnv, TestEnvBuilder};

/// The files of the site, and the authority of the provider.
pub(crate) struct Files {
    folder: TempDir,
    pub(crate) authority: Authority,
}

impl Files {
    fn new() -> Self {
        let files = Self {
            folder: tempfile::tempdir().unwrap(),
            authority: Authority::default(),
        };
        fs::write(files.path("ca.crt"), &files.authority.pem).unwrap();
        files
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, client: &IssuedCertificate) {
        fs::write(self.path("client.crt"), &client.certificate).unwrap();
        fs::write(self.path("client.key"), &client.private_key).unwrap();
    }

    fn site(&self) -> TestEnvBuilder {
        TestEnvBuilder::new()
            .unset("AUTH0_CLIENT_SECRET")
            .set("AUTH0_MTLS", "true")
            .set("AUTH0_MTLS_CERTIFICATE_FILE", &self.path("client.crt"))
            .set("AUTH0_MTLS_KEY_FILE", &self.path("client.key"))
            .set("AUTH0_MTLS_CA_FILE", &self.path("ca.crt"))
    }
}

/// Returns a site with a certificate that is registered at the provider, and its thumbprint.
pub(crate) async fn registered(
    site: impl FnOnce(TestEnvBuilder) -> TestEnvBuilder,
) -> (TestEnv, Files, String) {
    let files = Files::new();
    let client = files.authority.client("client");
    files.write(&client);
    let env = site(files.site()).build().await;
    env.provider.serve_mtls(&files.authority).await;
    let thumbprint = client.thumbprint();
    env.provider
        .policy(|policy| policy.client_certificate = Some(thumbprint.clone()));
    (env, files, thumbprint)
}
