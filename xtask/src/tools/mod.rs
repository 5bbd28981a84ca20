//! The tools that the project needs besides Cargo, and how to get each of them.

mod binstall;
mod install;
pub(crate) mod wasm_opt;
pub(crate) mod wasm_target;

use std::path::{Path, PathBuf};

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
    source: Source,
    /// How long compiling it takes on two cores.
    pub(crate) compiles_in: &'static str,
}

/// What is compiled if no prebuilt executable is available.
#[derive(Debug)]
enum Source {
    /// The package of crates.io.
    Registry,
    /// A smaller package with the same executable.
    Folder(PathBuf),
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
            // The package of crates.io contains a test runner with an HTTP server and client: six times the work.
            source: Source::Folder(workspace.root.join("xtask").join("wasm-bindgen")),
            compiles_in: "half a minute",
        })
    }

    fn subcommand(name: &'static str, version: &str, compiles_in: &'static str) -> Self {
        Self {
            executable: name,
            package: name,
            version: version.to_owned(),
            source: Source::Registry,
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

    /// The folder of the package to compile; `None` if it is the one of crates.io.
    fn folder(&self) -> Option<&Path> {
        match &self.source {
            Source::Registry => None,
            Source::Folder(folder) => Some(folder),
        }
    }

    fn fits(&self, program: &str) -> bool {
        // A subcommand of Cargo expects its own name as the first argument.
        let mut arguments: Vec<&str> = self.executable.strip_prefix("cargo-").into_iter().collect();
        arguments.push("--version");
        process::ask(program, &arguments)
            .is_some_and(|text| text.split_whitespace().any(|word| word == self.version))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn wasm_bindgen_has_the_version_of_the_library() {
        let command = include_str!("../../wasm-bindgen/Cargo.toml");
        let (_, version) = include_str!("../../../Cargo.toml")
            .split_once("\nwasm-bindgen = \"=")
            .expect("an exact version");
        let (version, _) = version.split_once('"').expect("the end of the version");
        for line in [
            format!("version = \"{version}\""),
            format!("wasm-bindgen-cli-support = \"={version}\""),
        ] {
            assert!(command.lines().any(|l| l == line), "{line} is missing");
        }
    }
}
