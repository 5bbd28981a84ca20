//! cargo-binstall fetches the executables that a tool's project publishes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::Tool;
use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::{Workspace, create_folder, remove_folder};

/// The version to download if none is installed.
const VERSION: &str = "1.24.0";
const LIMIT: Duration = Duration::from_mins(5);

/// Fetches `tool` if it is published and reachable. `XTASK_NO_PREBUILT` turns this off.
pub(super) fn fetch(tool: &Tool, workspace: &Workspace) -> Result<()> {
    if std::env::var_os("XTASK_NO_PREBUILT").is_some() {
        return Ok(());
    }
    println!(
        "{} {} is missing: cargo binstall",
        tool.package, tool.version
    );
    let root = tool.root(workspace);
    let outcome = executable(workspace).and_then(|binstall| {
        let mut command = Command::new(binstall);
        command
            .args(["--no-confirm", "--force", "--disable-strategies=compile"])
            .arg(format!("{}@{}", tool.package, tool.version))
            .env("CARGO_INSTALL_ROOT", &root);
        process::run("cargo binstall", &mut command, LIMIT)
    });
    match outcome {
        Err(Failure::Failed(reason)) => {
            println!("No prebuilt {} is available: {reason}", tool.package);
            remove_folder(&root)
        }
        outcome => outcome,
    }
}

/// An installed cargo-binstall, or one that is downloaded into the cache.
fn executable(workspace: &Workspace) -> Result<PathBuf> {
    let name = format!("cargo-binstall{}", std::env::consts::EXE_SUFFIX);
    let folder = workspace
        .cache
        .join("tools")
        .join(format!("cargo-binstall-{VERSION}"));
    let candidates = [
        PathBuf::from(&name),
        workspace.cargo_home.join("bin").join(&name),
        folder.join(&name),
    ];
    let works = |program: &PathBuf| process::ask(&program.to_string_lossy(), &["-V"]).is_some();
    if let Some(installed) = candidates.into_iter().find(works) {
        return Ok(installed);
    }
    download(&workspace.host, &folder)?;
    Ok(folder.join(name))
}

fn download(host: &str, folder: &Path) -> Result<()> {
    let archive = archive(host)
        .ok_or_else(|| Failure::Failed(format!("cargo-binstall is not published for {host}")))?;
    create_folder(folder)?;
    let file = folder.join(&archive);
    let mut curl = Command::new("curl");
    curl.args([
        "--proto",
        "=https",
        "--tlsv1.2",
        "--fail",
        "--silent",
        "--show-error",
    ])
    .args([
        "--location",
        "--connect-timeout",
        "5",
        "--max-time",
        "240",
        "--output",
    ])
    .arg(&file)
    .arg(format!(
        "https://github.com/cargo-bins/cargo-binstall/releases/download/v{VERSION}/{archive}"
    ));
    process::run("curl", &mut curl, LIMIT)?;
    let mut tar = Command::new("tar");
    tar.arg("-xf").arg(&file).arg("-C").arg(folder);
    process::run("tar", &mut tar, LIMIT)
}

/// On Linux the statically linked one, which runs on every distribution. The `tar` of macOS and Windows unpacks `zip`.
fn archive(host: &str) -> Option<String> {
    let (architecture, system) = host.split_once('-')?;
    if !matches!(architecture, "x86_64" | "aarch64") {
        return None;
    }
    let ending = match system {
        "unknown-linux-gnu" | "unknown-linux-musl" => "unknown-linux-musl.tgz",
        "apple-darwin" => "apple-darwin.zip",
        "pc-windows-msvc" => "pc-windows-msvc.zip",
        _ => return None,
    };
    Some(format!("cargo-binstall-{architecture}-{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linux_gets_the_static_archive_and_an_unknown_host_gets_none() {
        assert_eq!(
            archive("aarch64-unknown-linux-gnu").as_deref(),
            Some("cargo-binstall-aarch64-unknown-linux-musl.tgz")
        );
        assert_eq!(archive("riscv64gc-unknown-linux-gnu"), None);
        assert_eq!(archive("x86_64-unknown-freebsd"), None);
    }
}
