//! Builds both halves of the site as cargo-leptos does in debug: same flags, same variables, same folders, so that neither
//! compiles again what the other compiled.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::failure::{Failure, Result};
use crate::process;
use crate::tools::wasm_target;
use crate::workspace::{Workspace, create_folder, path_with, remove_folder};

/// As in `[[workspace.metadata.leptos]]`; a test compares them.
pub(crate) const OUTPUT_NAME: &str = "leptos-auth0";
const PKG: &str = "pkg";
const STYLE: &str = "style/main.css";
const ASSETS: &str = "public";
const RELOAD_PORT: u16 = 3001;
pub(crate) const PORT: u16 = 3000;

/// With the dependencies of the tests, so that they are compiled once for both.
pub(crate) const SERVER_FEATURES: &str = "features-of-tests";

pub(crate) const BUILD_LIMIT: Duration = Duration::from_mins(40);

/// What the site is built for. Leptos reads at compile time whether it is being watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Watch,
    Test,
}

#[derive(Debug)]
pub(crate) struct Site<'a> {
    workspace: &'a Workspace,
    purpose: Purpose,
    /// The folder with the static files.
    pub(crate) folder: PathBuf,
}

impl<'a> Site<'a> {
    pub(crate) fn new(workspace: &'a Workspace, purpose: Purpose) -> Self {
        let folder = match purpose {
            Purpose::Watch => workspace.target.join("site"),
            // A site that is being watched keeps its files.
            Purpose::Test => workspace.target.join("site-test"),
        };
        Self {
            workspace,
            purpose,
            folder,
        }
    }

    /// Returns `cargo` with the variables that affect compilation.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = self.workspace.cargo();
        command
            .env(
                "RUSTFLAGS",
                debug_flags(std::env::var("RUSTFLAGS").ok().as_deref()),
            )
            .env("LEPTOS_OUTPUT_NAME", OUTPUT_NAME);
        match self.purpose {
            Purpose::Watch => command.env("LEPTOS_WATCH", "true"),
            Purpose::Test => command.env_remove("LEPTOS_WATCH"),
        };
        command
    }

    /// Builds the server half.
    pub(crate) fn build_server(&self) -> Result<()> {
        let mut cargo = self.server_build();
        process::run("the build of the server half", &mut cargo, BUILD_LIMIT)
    }

    /// Builds the browser half: WASM, its JavaScript, the stylesheet and the static files. `tools` is the folder of
    /// wasm-bindgen if that is not on `PATH`.
    pub(crate) fn build_browser_half(&self, tools: &[PathBuf]) -> Result<()> {
        let mut cargo = self.browser_build();
        process::run("the build of the browser half", &mut cargo, BUILD_LIMIT)?;
        self.remove_files()?;
        self.copy_files()?;
        self.run_wasm_bindgen(tools)
    }

    /// Returns the command that compiles the server half.
    pub(crate) fn server_build(&self) -> Command {
        let mut cargo = self.cargo();
        cargo.args([
            "build",
            "--package=server",
            "--bin=server",
            "--no-default-features",
            "--features",
            SERVER_FEATURES,
        ]);
        cargo
    }

    /// Returns the command that compiles the browser half to WASM.
    pub(crate) fn browser_build(&self) -> Command {
        let mut cargo = self.cargo();
        cargo
            .args([
                "build",
                "--package=frontend",
                "--lib",
                "--no-default-features",
            ])
            .arg(format!("--target={}", wasm_target::TARGET))
            .arg("--target-dir")
            .arg(self.browser_target());
        cargo
    }

    /// Writes the JavaScript and the WASM of the browser half, unless they are newer than what was compiled.
    pub(crate) fn run_wasm_bindgen(&self, tools: &[PathBuf]) -> Result<()> {
        let compiled = self
            .browser_target()
            .join(wasm_target::TARGET)
            .join("debug")
            .join("frontend.wasm");
        let pkg = self.folder.join(PKG);
        // The name that Leptos loads.
        let loaded = pkg.join(format!("{OUTPUT_NAME}.wasm"));
        if is_newer(&loaded, &compiled) {
            return Ok(());
        }
        let mut bindgen = Command::new("wasm-bindgen");
        bindgen
            .env("PATH", path_with(tools)?)
            .args(["--target=web", "--no-typescript"])
            .arg(format!("--out-name={OUTPUT_NAME}"))
            .arg(format!("--out-dir={}", pkg.display()))
            .arg(&compiled);
        process::run("wasm-bindgen", &mut bindgen, Duration::from_mins(10))?;
        let written = pkg.join(format!("{OUTPUT_NAME}_bg.wasm"));
        std::fs::rename(&written, &loaded).map_err(|e| Failure::io("rename", &written, &e))
    }

    fn browser_target(&self) -> PathBuf {
        self.workspace.target.join("front")
    }

    /// Removes the files of previous builds.
    pub(crate) fn remove_files(&self) -> Result<()> {
        remove_folder(&self.folder)
    }

    /// Copies the stylesheet and the static files.
    pub(crate) fn copy_files(&self) -> Result<()> {
        let style = self.workspace.root.join(STYLE);
        let pkg = self.folder.join(PKG);
        create_folder(&pkg)?;
        copy(&style, &pkg.join(format!("{OUTPUT_NAME}.css")))?;
        copy_folder(&self.workspace.root.join(ASSETS), &self.folder)
    }

    /// Returns the command that starts what [`Self::build_server`] built.
    pub(crate) fn server(&self, port: u16) -> Command {
        let mut command = Command::new(self.workspace.debug_executable("server"));
        command
            .current_dir(&self.workspace.root)
            .env("CARGO_TARGET_DIR", &self.workspace.target)
            .env("LEPTOS_OUTPUT_NAME", OUTPUT_NAME)
            .env("LEPTOS_SITE_ROOT", &self.folder)
            .env("LEPTOS_SITE_PKG_DIR", PKG)
            .env("LEPTOS_SITE_ADDR", format!("127.0.0.1:{port}"))
            .env("LEPTOS_RELOAD_PORT", RELOAD_PORT.to_string())
            .env("LEPTOS_HASH_FILES", "false")
            // Nothing listens on the reload port, so pages must not connect to it.
            .env_remove("LEPTOS_WATCH");
        command
    }
}

/// Adds the flag with which cargo-leptos erases component types in debug builds: halves that differ in it do not hydrate.
fn debug_flags(inherited: Option<&str>) -> String {
    const ERASE: &str = "--cfg erase_components";
    match inherited.map(str::trim) {
        None | Some("") => ERASE.to_owned(),
        Some(flags) if flags.contains(ERASE) => flags.to_owned(),
        Some(flags) => format!("{flags} {ERASE}"),
    }
}

/// Returns whether both files exist and the first was written after the second.
fn is_newer(file: &Path, other: &Path) -> bool {
    let written = |path: &Path| path.metadata().and_then(|m| m.modified()).ok();
    matches!((written(file), written(other)), (Some(file), Some(other)) if file > other)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::copy(from, to).map_err(|e| Failure::io("copy", from, &e))?;
    Ok(())
}

pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    create_folder(to)?;
    let entries = std::fs::read_dir(from).map_err(|e| Failure::io("read", from, &e))?;
    for entry in entries {
        let entry = entry.map_err(|e| Failure::io("read", from, &e))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy_folder(&source, &target)?;
        } else {
            copy(&source, &target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_match_the_metadata_of_cargo_leptos() {
        let manifest = include_str!("../../Cargo.toml");
        let (_, metadata) = manifest
            .split_once("[[workspace.metadata.leptos]]")
            .expect("the metadata of cargo-leptos");
        for line in [
            format!("output-name = \"{OUTPUT_NAME}\""),
            format!("site-pkg-dir = \"{PKG}\""),
            format!("style-file = \"{STYLE}\""),
            format!("assets-dir = \"{ASSETS}\""),
            format!("site-addr = \"127.0.0.1:{PORT}\""),
            format!("reload-port = {RELOAD_PORT}"),
            "site-root = \"CARGO_TARGET_DIR/site\"".to_owned(),
            "bin-package = \"server\"".to_owned(),
            "lib-package = \"frontend\"".to_owned(),
        ] {
            assert!(
                metadata.lines().any(|l| l == line),
                "{line} is not in the metadata"
            );
        }
    }

    #[test]
    fn inherited_flags_are_kept() {
        assert_eq!(debug_flags(None), "--cfg erase_components");
        assert_eq!(debug_flags(Some(" ")), "--cfg erase_components");
        assert_eq!(
            debug_flags(Some("-C debuginfo=0")),
            "-C debuginfo=0 --cfg erase_components"
        );
        assert_eq!(
            debug_flags(Some("--cfg erase_components")),
            "--cfg erase_components"
        );
    }
}
