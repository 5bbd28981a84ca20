//! Folders of the workspace, and `cargo` in it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Result};
use crate::process;

#[derive(Debug)]
pub(crate) struct Workspace {
    /// The root of the clone.
    pub(crate) root: PathBuf,
    /// Cargo's target folder, from `CARGO_TARGET_DIR` or Cargo's configuration.
    pub(crate) target: PathBuf,
    /// Downloaded and compiled tools, shared by all clones of a user.
    pub(crate) cache: PathBuf,
    /// `CARGO_HOME`.
    pub(crate) cargo_home: PathBuf,
    /// The host target, `x86_64-unknown-linux-gnu` for example.
    pub(crate) host: String,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self> {
        // At run time: a shared target folder may contain the executable of another clone.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest
            .parent()
            .ok_or_else(|| Failure::Failed(format!("{} has no parent", manifest.display())))?
            .to_path_buf();
        let host = process::ask("rustc", &["-vV"])
            .and_then(|text| {
                text.lines()
                    .find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
            })
            .ok_or_else(|| {
                Failure::Failed(
                    "`rustc -vV` does not work; install Rust from https://rustup.rs".into(),
                )
            })?;
        Ok(Self {
            target: target_folder(&root),
            cache: cache_folder()?,
            cargo_home: folder_from("CARGO_HOME")
                .or_else(|| Some(home()?.join(".cargo")))
                .ok_or_else(|| Failure::Failed("neither CARGO_HOME nor HOME is set".into()))?,
            root,
            host,
        })
    }

    /// Creates the folder for logs and other files of xtask.
    pub(crate) fn state_folder(&self) -> Result<PathBuf> {
        let folder = self.target.join("xtask");
        create_folder(&folder)?;
        Ok(folder)
    }

    /// Returns `cargo` in the root, with the same target folder and without the variables that `cargo run` sets for this
    /// process: build scripts that watch them would run again each time.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new("cargo");
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target);
        for (name, _) in std::env::vars_os() {
            if name
                .to_str()
                .is_some_and(|n| n.starts_with("CARGO_PKG_") || n.starts_with("CARGO_MANIFEST_"))
            {
                command.env_remove(name);
            }
        }
        command
    }

    /// Returns the executable `name` of a debug build.
    pub(crate) fn debug_executable(&self, name: &str) -> PathBuf {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        self.target.join("debug").join(file)
    }

    /// Returns the version of `package` in `Cargo.lock`.
    pub(crate) fn locked_version(&self, package: &str) -> Result<String> {
        let path = self.root.join("Cargo.lock");
        let text = std::fs::read_to_string(&path).map_err(|e| Failure::io("read", &path, &e))?;
        version_in_lockfile(&text, package)
            .ok_or_else(|| Failure::Failed(format!("Cargo.lock has no package {package}")))
    }
}

/// Returns `PATH` with `folders` in front.
pub(crate) fn path_with(folders: &[PathBuf]) -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(folders.iter().cloned().chain(std::env::split_paths(&path)))
        .map_err(|e| Failure::Failed(format!("a folder of tools cannot be part of PATH: {e}")))
}

pub(crate) fn create_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|e| Failure::io("create", folder, &e))
}

/// Removes `folder` and its contents; succeeds if it does not exist.
pub(crate) fn remove_folder(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::io("remove", folder, &e))
        }
        _ => Ok(()),
    }
}

/// `CARGO_TARGET_DIR`, or else the marked folder that contains this executable: Cargo marks each target folder it creates.
fn target_folder(root: &Path) -> PathBuf {
    let marked = || {
        std::env::current_exe().ok().and_then(|exe| {
            exe.ancestors()
                .skip(1)
                .find(|folder| folder.join("CACHEDIR.TAG").is_file())
                .map(Path::to_path_buf)
        })
    };
    folder_from("CARGO_TARGET_DIR")
        .or_else(marked)
        .unwrap_or_else(|| root.join("target"))
}

fn cache_folder() -> Result<PathBuf> {
    folder_from("XDG_CACHE_HOME")
        .or_else(|| folder_from("LOCALAPPDATA"))
        .or_else(|| Some(home()?.join(".cache")))
        .map(|cache| cache.join("leptos-auth0"))
        .ok_or_else(|| Failure::Failed("neither XDG_CACHE_HOME nor HOME is set".into()))
}

fn home() -> Option<PathBuf> {
    folder_from("HOME").or_else(|| folder_from("USERPROFILE"))
}

fn folder_from(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable)
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
}

fn version_in_lockfile(lockfile: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lockfile.lines();
    lines.find(|line| *line == name)?;
    lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lockfile_is_searched_for_the_exact_package_name() {
        let text = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.9\"\n";
        assert_eq!(
            version_in_lockfile(text, "wasm-bindgen").as_deref(),
            Some("0.2.9")
        );
        assert_eq!(version_in_lockfile(text, "wasm"), None);
    }
}
