//! `cargo xtask build`: the release build.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::failure::{Failure, Result};
use crate::process;
use crate::tools::{Tool, wasm_opt, wasm_target};
use crate::workspace::{Workspace, path_with};

const BUILD_LIMIT: Duration = Duration::from_hours(1);

/// The files of the release build.
#[derive(Debug)]
pub(crate) struct Release {
    pub(crate) server: PathBuf,
    pub(crate) site: PathBuf,
}

/// `features` are those of the server beside its default ones, such as `redis,otel`.
pub(crate) fn run(workspace: &Workspace, features: Option<&str>) -> Result<()> {
    let release = release(workspace, features)?;
    println!(
        "\nThe release build is ready. To run it, with a provider of your own (see .env.example):\n\n  \
         LEPTOS_SITE_ROOT='{}' LEPTOS_HASH_FILES=true '{}'\n\n\
         To run it elsewhere, copy the server, hash.txt from beside it to beside it, and the site folder.\n\
         LEPTOS_SITE_ADDR says where it listens (127.0.0.1:3000 unless set).",
        release.site.display(),
        release.server.display()
    );
    Ok(())
}

/// Builds with hashed names, brotli and gzip, in a folder of its own: a debug site that is being watched keeps its files.
pub(crate) fn release(workspace: &Workspace, features: Option<&str>) -> Result<Release> {
    wasm_target::ensure(workspace)?;
    let mut tools = Tool::wasm_bindgen(workspace)?.ensure(workspace)?;
    tools.extend(Tool::cargo_leptos().ensure(workspace)?);
    tools.extend(wasm_opt::ensure(workspace)?);

    let site = workspace.target.join("site-release");
    println!("LEPTOS_HASH_FILES=true cargo leptos build --release --precompress");
    let mut cargo = workspace.cargo();
    cargo
        .args(["leptos", "build", "--release", "--precompress"])
        .args(features.map(|it| format!("--bin-features={it}")))
        .env("PATH", path_with(&tools)?)
        .env("LEPTOS_HASH_FILES", "true")
        .env("LEPTOS_SITE_ROOT", &site);
    process::run("cargo leptos build", &mut cargo, BUILD_LIMIT)?;

    let folder = workspace.target.join("release");
    let release = Release {
        server: folder.join(format!("server{}", std::env::consts::EXE_SUFFIX)),
        site,
    };
    // cargo-leptos exits with success when it is interrupted.
    for file in [&release.server, &folder.join("hash.txt")] {
        if !file.is_file() {
            return Err(Failure::Failed(format!(
                "the build did not create {}",
                file.display()
            )));
        }
    }
    recompress_gzip(&release.site)?;
    Ok(release)
}

/// Compresses again with `gzip -9`: the files that cargo-leptos makes are 17 % larger.
fn recompress_gzip(site: &Path) -> Result<()> {
    if process::ask("gzip", &["--version"]).is_none() {
        return Ok(());
    }
    let mut originals = Vec::new();
    compressed_files(site, &mut originals)?;
    if originals.is_empty() {
        return Err(Failure::Failed(format!(
            "{} contains no compressed file",
            site.display()
        )));
    }
    let mut gzip = Command::new("gzip");
    gzip.args(["-9", "--no-name", "--keep", "--force"])
        .args(&originals);
    process::run("gzip", &mut gzip, Duration::from_mins(5))
}

/// Collects the files that have a compressed copy with the suffix `.gz`.
fn compressed_files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries = std::fs::read_dir(folder).map_err(|e| Failure::io("read", folder, &e))?;
    for entry in entries.filter_map(std::result::Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            compressed_files(&path, found)?;
        } else if path.extension().is_some_and(|e| e == "gz") {
            found.push(path.with_extension(""));
        }
    }
    Ok(())
}
