//! wasm-bindgen writes the JavaScript that loads the browser half. Its version must be the one of the library.

use super::{Tool, prebuilt::Archive};
use crate::failure::Result;
use crate::workspace::Workspace;

pub(crate) fn tool(workspace: &Workspace) -> Result<Tool> {
    let version = workspace.locked_version("wasm-bindgen")?;
    let archive = published_target(&workspace.host).map(|target| {
        let url = format!(
            "https://github.com/wasm-bindgen/wasm-bindgen/releases/download/{version}/wasm-bindgen-{version}-{target}.tar.gz"
        );
        Archive { checksum_url: format!("{url}.sha256sum"), url }
    });
    Ok(Tool {
        executable: "wasm-bindgen",
        package: "wasm-bindgen-cli",
        version,
        archive,
        // Its test runner, which we do not use, would bring TLS and cryptography.
        install_arguments: &["--no-default-features", "--bin", "wasm-bindgen"],
        compiles_in: "one to two minutes",
    })
}

fn published_target(host: &str) -> Option<&'static str> {
    Some(match host {
        "x86_64-unknown-linux-gnu" | "x86_64-unknown-linux-musl" => "x86_64-unknown-linux-musl",
        "aarch64-unknown-linux-gnu" => "aarch64-unknown-linux-gnu",
        "aarch64-unknown-linux-musl" => "aarch64-unknown-linux-musl",
        "x86_64-apple-darwin" => "x86_64-apple-darwin",
        "aarch64-apple-darwin" => "aarch64-apple-darwin",
        "x86_64-pc-windows-msvc" => "x86_64-pc-windows-msvc",
        _ => return None,
    })
}
