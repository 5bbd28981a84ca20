//! The program of the site, with the configuration that all replicas share.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use url::Url;

use crate::program::clean;

pub(crate) const AUDIENCE: &str = "https://products.example.com";
pub(crate) const CLIENT_SECRET: &str = "cluster-client-secret";

/// The program and its variables.
#[derive(Clone, Debug)]
pub(crate) struct SiteEnvironment {
    server: PathBuf,
    folder: PathBuf,
    variables: Vec<(&'static str, String)>,
}

impl SiteEnvironment {
    /// Prepares the files of the site in `folder`.
    pub(crate) fn prepare(
        server: &Path,
        stylesheet: &Path,
        folder: &Path,
        (site, tenant): (&Url, &Url),
        api_port: u16,
        store: String,
    ) -> io::Result<Self> {
        // The pages without the browser half: what a browser without JavaScript gets.
        let site_root = folder.join("site");
        let pkg = site_root.join("pkg");
        fs::create_dir_all(&pkg)?;
        fs::copy(stylesheet, pkg.join("leptos-auth0.css"))?;
        let text = |value: &str| value.to_owned();
        let variables = vec![
            ("APP_BASE_URL", text(site.as_str().trim_end_matches('/'))),
            ("AUTH0_DOMAIN", text(tenant.as_str())),
            ("AUTH0_CLIENT_ID", text("leptos-auth0-sample")),
            ("AUTH0_CLIENT_SECRET", text(CLIENT_SECRET)),
            (
                "AUTH0_SECRET",
                text("2b7e151628aed2a6abf7158809cf4f3c762e7160f38b4da56a784d9045190cfe"),
            ),
            ("AUTH0_AUDIENCE", text(AUDIENCE)),
            ("AUTH0_SESSION_STORE", store),
            ("PRODUCTS_API_URL", format!("http://127.0.0.1:{api_port}")),
            // The provider is not what fails here: a busy machine must not cost the response of a refresh.
            ("AUTH0_HTTP_TIMEOUT", text("12500")),
            ("TRUSTED_PROXIES", text("127.0.0.1")),
            ("LEPTOS_SITE_ROOT", site_root.display().to_string()),
            ("LEPTOS_OUTPUT_NAME", text("leptos-auth0")),
            ("METRICS_ADDR", text("off")),
            ("NO_COLOR", text("1")),
            ("RUST_LOG", text("warn")),
        ];
        Ok(Self {
            server: server.to_owned(),
            folder: folder.to_owned(),
            variables,
        })
    }

    /// Returns a command of the program.
    pub(crate) fn command(&self) -> Command {
        let mut command = clean(&self.server);
        command.current_dir(&self.folder);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Returns the command of a replica.
    pub(crate) fn replica(&self, port: u16) -> Command {
        let mut command = self.command();
        command.env("LEPTOS_SITE_ADDR", format!("127.0.0.1:{port}"));
        command
    }
}
