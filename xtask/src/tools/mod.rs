//! The tools that the project needs besides Cargo, and how to get each of them.

mod binstall;
mod install;
pub(crate) mod wasm_opt;
pub(crate) mod wasm_target;

use std::path::PathBuf;

use crate::failure::Result;
use crate::process;
use crate::workspace::Workspace;

pub(crate) use install::{Dependencies, command as install_command, remove_build};

/// A tool from crates.io, in the version that fits this workspace.
#[derive(Debug)]
pub(crate) struct Tool {
    pub(crate) executable: &'static str,
    pub(crate) package: &'static str,
    pub(crate) version: String,
    /// What `cargo install` needs beyond name and version.
    install_arguments: &'static [&'static str],
    /// How long compiling it takes on two cores.
    pub(crate) compiles_in: &'static str,
}

impl Tool {
    /// Builds both halves, runs the server and rebuilds at every change. Newer versions need a newer Rust than
    /// `rust-toolchain.toml` names.
    pub(crate) fn cargo_leptos() -> Self {
        Self::subcommand("cargo-leptos", "0.3.7", "15 to 20 minutes")
    }

    /// Checks licences, bans, sources and advisories of all dependencies.
    pub(crate) fn cargo_deny() -> Self {
        Self::subcommand("cargo-deny", "0.20.2", "two minutes")
    }

    /// Compiles each feature of a crate alone.
    pub(crate) fn cargo_hack() -> Self {
        Self::subcommand("cargo-hack", "0.6.46", "one minute")
    }

    /// Compares the public API with another revision. Its version must read the rustdoc JSON of the toolchain.
    pub(crate) fn cargo_semver_checks() -> Self {
        Self::subcommand("cargo-semver-checks", "0.51.0", "ten minutes")
    }

    /// Runs tests in parallel processes.
    pub(crate) fn cargo_nextest() -> Self {
        Self::subcommand("cargo-nextest", "0.9.143", "ten minutes")
    }

    /// Writes the JavaScript that loads the browser half. Its version must be the one of the library.
    pub(crate) fn wasm_bindgen(workspace: &Workspace) -> Result<Self> {
        Ok(Self {
            executable: "wasm-bindgen",
            package: "wasm-bindgen-cli",
            version: workspace.locked_version("wasm-bindgen")?,
            // The test runner, which is not used, would need TLS and cryptography.
            install_arguments: &["--no-default-features", "--bin", "wasm-bindgen"],
            compiles_in: "one to two minutes",
        })
    }

    fn subcommand(name: &'static str, version: &str, compiles_in: &'static str) -> Self {
        Self {
            executable: name,
            package: name,
            version: version.to_owned(),
            install_arguments: &[],
            compiles_in,
        }
    }

    /// The installation root of exactly this version: other projects may need another one.
    fn root(&self, workspace: &Workspace) -> PathBuf {
        workspace
            .cache
            .join("tools")
            .join(format!("{}-{}", self.package, self.version))
    }

    /// Returns the folders to put in front of `PATH`; none if the right version is on it already. `None` if the tool is
    /// missing.
    pub(crate) fn find(&self, workspace: &Workspace) -> Option<Vec<PathBuf>> {
        if self.fits(self.executable) {
            return Some(Vec::new());
        }
        [
            self.root(workspace).join("bin"),
            workspace.cargo_home.join("bin"),
        ]
        .into_iter()
        .find(|folder| {
            let name = format!("{}{}", self.executable, std::env::consts::EXE_SUFFIX);
            self.fits(&folder.join(name).to_string_lossy())
        })
        .map(|folder| vec![folder])
    }

    /// As [`Self::find`]; installs the tool first if it is missing, which may mean compiling it.
    pub(crate) fn ensure(&self, workspace: &Workspace) -> Result<Vec<PathBuf>> {
        if let Some(folders) = self.ensure_prebuilt(workspace)? {
            return Ok(folders);
        }
        install::compile(self, workspace)?;
        Ok(self.find(workspace).unwrap_or_default())
    }

    /// As [`Self::ensure`], without compiling.
    pub(crate) fn ensure_prebuilt(&self, workspace: &Workspace) -> Result<Option<Vec<PathBuf>>> {
        if let Some(folders) = self.find(workspace) {
            return Ok(Some(folders));
        }
        binstall::fetch(self, workspace)?;
        Ok(self.find(workspace))
    }

    fn fits(&self, program: &str) -> bool {
        // A subcommand of Cargo expects its own name as the first argument.
        let mut arguments: Vec<&str> = self.executable.strip_prefix("cargo-").into_iter().collect();
        arguments.push("--version");
        process::ask(program, &arguments)
            .is_some_and(|text| text.split_whitespace().any(|word| word == self.version))
    }
}
