//! cargo-leptos builds both halves, runs the server and rebuilds at every change.

use super::{Tool, prebuilt::Archive};

/// Newer ones need a newer Rust than `rust-toolchain.toml` names.
const VERSION: &str = "0.3.7";

pub(crate) fn tool(host: &str) -> Tool {
    Tool {
        executable: "cargo-leptos",
        package: "cargo-leptos",
        version: VERSION.to_owned(),
        archive: published_target(host).map(|target| {
            let url = format!(
                "https://github.com/leptos-rs/cargo-leptos/releases/download/v{VERSION}/cargo-leptos-{target}.tar.gz"
            );
            Archive { checksum_url: format!("{url}.sha256"), url }
        }),
        install_arguments: &[],
        compiles_in: "15 to 20 minutes",
    }
}

/// On Linux the statically linked one, which runs on every distribution.
fn published_target(host: &str) -> Option<&'static str> {
    Some(match host {
        "x86_64-unknown-linux-gnu" | "x86_64-unknown-linux-musl" => "x86_64-unknown-linux-musl",
        "aarch64-unknown-linux-gnu" | "aarch64-unknown-linux-musl" => "aarch64-unknown-linux-musl",
        "x86_64-apple-darwin" => "x86_64-apple-darwin",
        "aarch64-apple-darwin" => "aarch64-apple-darwin",
        "x86_64-pc-windows-msvc" => "x86_64-pc-windows-msvc",
        _ => return None,
    })
}
