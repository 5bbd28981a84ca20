//! The tools that the project needs beside Cargo, and how to get each of them.

pub(crate) mod cargo_leptos;
mod install;
pub(crate) mod nextest;
mod prebuilt;
pub(crate) mod wasm_bindgen;
pub(crate) mod wasm_opt;
pub(crate) mod wasm_target;

use std::path::PathBuf;

use crate::failure::Result;
use crate::process;
use crate::workspace::Workspace;

pub(crate) use install::{Source, Versions};

/// A published tool in the version that fits this workspace.
#[derive(Debug)]
pub(crate) struct Tool {
    /// The executable, which is also the crate's name unless `package` differs.
    pub(crate) executable: &'static str,
    pub(crate) package: &'static str,
    pub(crate) version: String,
    /// Where its project publishes executables, for this machine; `None` where it does not.
    pub(crate) archive: Option<prebuilt::Archive>,
    /// What `cargo install` needs beyond name and version.
    pub(crate) install_arguments: &'static [&'static str],
    /// How long compiling it takes on two cores, for the person who waits.
    pub(crate) compiles_in: &'static str,
}

impl Tool {
    /// Our own folder for exactly this version: never in the way of another project that needs another one.
    fn folder(&self, workspace: &Workspace) -> PathBuf {
        workspace
            .cache
            .join("tools")
            .join(format!("{}-{}", self.package, self.version))
            .join("bin")
    }

    /// Folders to put in front of `PATH`; empty where the right version is on it already. `None`: it is missing.
    pub(crate) fn find(&self, workspace: &Workspace) -> Option<Vec<PathBuf>> {
        if self.fits(self.executable) {
            return Some(Vec::new());
        }
        [self.folder(workspace), workspace.cargo_home.join("bin")]
            .into_iter()
            .find(|folder| {
                let name = format!("{}{}", self.executable, std::env::consts::EXE_SUFFIX);
                self.fits(&folder.join(name).to_string_lossy())
            })
            .map(|folder| vec![folder])
    }

    /// As [`Self::find`]; a missing tool is installed first, which may mean compiling it.
    pub(crate) fn ensure(&self, workspace: &Workspace) -> Result<Vec<PathBuf>> {
        if let Some(folders) = self.find(workspace) {
            return Ok(folders);
        }
        if install::prebuilt(self, workspace)? == Source::NotToBeHad {
            install::compile(self, workspace)?;
        }
        Ok(self.find(workspace).unwrap_or_default())
    }

    /// Tries a published executable only, which takes seconds.
    pub(crate) fn ensure_without_compiling(
        &self,
        workspace: &Workspace,
    ) -> Result<Option<Vec<PathBuf>>> {
        if let Some(folders) = self.find(workspace) {
            return Ok(Some(folders));
        }
        install::prebuilt(self, workspace)?;
        Ok(self.find(workspace))
    }

    /// The command that compiles and installs it.
    pub(crate) fn compile_command(
        &self,
        workspace: &Workspace,
        versions: Versions,
    ) -> std::process::Command {
        install::compile_command(self, workspace, versions)
    }

    /// After a successful [`Self::compile_command`].
    pub(crate) fn compiled(&self, workspace: &Workspace) -> Result<Vec<PathBuf>> {
        install::remove_build(self, workspace)?;
        Ok(self.find(workspace).unwrap_or_default())
    }

    fn fits(&self, program: &str) -> bool {
        // `cargo-leptos` is a subcommand, which wants its name repeated.
        let mut arguments: Vec<&str> = self.executable.strip_prefix("cargo-").into_iter().collect();
        arguments.push("--version");
        process::ask(program, &arguments)
            .is_some_and(|text| text.split_whitespace().any(|word| word == self.version))
    }
}
