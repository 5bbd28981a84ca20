//! The options of `wasm-bindgen` that cargo-leptos and xtask use.
//!
//! The command that wasm-bindgen publishes also contains a test runner with an HTTP server and a WebDriver client, which
//! take most of its compile time.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut bindgen = Bindgen::new();
    // The defaults of the published command.
    bindgen.typescript(true).omit_default_module_path(false);
    let mut folder = None;
    for argument in std::env::args().skip(1) {
        match argument.split_once('=').unwrap_or((&argument, "")) {
            ("--version", _) => {
                println!("wasm-bindgen {}", env!("CARGO_PKG_VERSION"));
                return Ok(());
            }
            ("--target", "web") => bindgen.web(true)?,
            ("--no-typescript", _) => bindgen.typescript(false),
            ("--debug", _) => bindgen.debug(true),
            ("--keep-debug", _) => bindgen.keep_debug(true),
            ("--keep-lld-exports", _) => bindgen.keep_lld_exports(true),
            ("--no-demangle", _) => bindgen.demangle(false),
            ("--out-name", name) => bindgen.out_name(name),
            ("--out-dir", path) => {
                folder = Some(PathBuf::from(path));
                &mut bindgen
            }
            (option, _) if option.starts_with('-') => {
                bail!(
                    "{argument} is not supported; `cargo install wasm-bindgen-cli` installs the whole command"
                )
            }
            _ => bindgen.input_path(&argument),
        };
    }
    bindgen.generate(folder.context("--out-dir is missing")?)
}
