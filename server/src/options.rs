//! Leptos options of the built site. cargo-leptos sets these variables for its own runs; for a deployed server they are
//! set like all other variables.

use std::{net::SocketAddr, path::PathBuf};

use axum_auth0::Variables;
use leptos::config::{Env, LeptosOptions};

/// Invalid options.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OptionsError {
    /// A variable cannot be parsed.
    #[error("{variable}: `{value}` is not {expected}")]
    Malformed {
        /// Name of the variable.
        variable: &'static str,
        /// Its value.
        value: String,
        /// The expected form of the value.
        expected: &'static str,
    },
    /// The site's files are missing.
    #[error(
        "LEPTOS_SITE_ROOT: there is no built site in {0}. Build it with `cargo leptos build` (or `cargo xtask dev`), or \
         set LEPTOS_SITE_ROOT to where it is"
    )]
    NoSite(PathBuf),
    /// File names are hashed, but the list of hashes is missing.
    #[error(
        "LEPTOS_HASH_FILES is true, but {0} is missing. `cargo leptos build --release` writes it beside the executable; \
         deploy it with the executable"
    )]
    NoHashFile(PathBuf),
}

/// Reads the options from `LEPTOS_SITE_ADDR`, `LEPTOS_SITE_ROOT`, `LEPTOS_SITE_PKG_DIR`, `LEPTOS_OUTPUT_NAME`,
/// `LEPTOS_HASH_FILES`, `LEPTOS_RELOAD_PORT` and `LEPTOS_ENV`.
///
/// # Errors
///
/// [`OptionsError`] if a variable is invalid or files are missing, so that the server does not start.
pub fn read(variables: &Variables) -> Result<LeptosOptions, OptionsError> {
    let text = |name, default: &str| variables.get(name).unwrap_or(default).to_owned();
    let site_root = site_root(variables);
    let pkg = text("LEPTOS_SITE_PKG_DIR", "pkg");
    if !site_root.join(&pkg).is_dir() {
        return Err(OptionsError::NoSite(site_root));
    }
    let hash_files = parse(variables, "LEPTOS_HASH_FILES", "true or false", false)?;
    if hash_files
        && let Some(hash_file) = std::env::current_exe()
            .ok()
            .and_then(|exe| Some(exe.parent()?.join("hash.txt")))
        && !hash_file.is_file()
    {
        return Err(OptionsError::NoHashFile(hash_file));
    }
    Ok(LeptosOptions::builder()
        .output_name(text("LEPTOS_OUTPUT_NAME", "leptos-auth0"))
        .site_root(site_root.to_string_lossy())
        .site_pkg_dir(pkg)
        .site_addr(site_address(variables)?)
        .reload_port(parse(variables, "LEPTOS_RELOAD_PORT", "a port", 3001)?)
        .env(match variables.get("LEPTOS_ENV") {
            Some("PROD" | "prod" | "production") => Env::PROD,
            _ => Env::DEV,
        })
        .hash_files(hash_files)
        .build())
}

/// Returns the folder of the built site: `LEPTOS_SITE_ROOT`, `target/site` by default.
pub fn site_root(variables: &Variables) -> PathBuf {
    PathBuf::from(variables.get("LEPTOS_SITE_ROOT").unwrap_or("target/site"))
}

/// Returns the address to listen on: `LEPTOS_SITE_ADDR`, 127.0.0.1:3000 by default.
///
/// # Errors
///
/// [`OptionsError`] if the value is not an address.
pub fn site_address(variables: &Variables) -> Result<SocketAddr, OptionsError> {
    parse(
        variables,
        "LEPTOS_SITE_ADDR",
        "an address like 127.0.0.1:3000",
        SocketAddr::from(([127, 0, 0, 1], 3000)),
    )
}

/// Parses a variable; `default` if it is not set.
pub(crate) fn parse<T: std::str::FromStr>(
    variables: &Variables,
    variable: &'static str,
    expected: &'static str,
    default: T,
) -> Result<T, OptionsError> {
    variables.get(variable).map_or(Ok(default), |value| {
        value.parse().map_err(|_| OptionsError::Malformed {
            variable,
            value: value.to_owned(),
            expected,
        })
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_missing_build_is_an_error_at_start() {
        let variables: Variables = [("LEPTOS_SITE_ROOT", "nowhere")].into_iter().collect();
        assert!(matches!(read(&variables), Err(OptionsError::NoSite(_))));
    }

    #[test]
    fn an_invalid_address_is_named() {
        let site = tempfile::tempdir().unwrap();
        std::fs::create_dir(site.path().join("pkg")).unwrap();
        let root = site.path().to_str().unwrap();
        let variables: Variables = [("LEPTOS_SITE_ROOT", root), ("LEPTOS_SITE_ADDR", "3000")]
            .into_iter()
            .collect();
        let error = read(&variables).unwrap_err().to_string();
        assert_eq!(
            error,
            "LEPTOS_SITE_ADDR: `3000` is not an address like 127.0.0.1:3000"
        );
    }

    #[test]
    fn hashed_names_require_the_list_of_hashes() {
        let site = tempfile::tempdir().unwrap();
        std::fs::create_dir(site.path().join("pkg")).unwrap();
        let root = site.path().to_str().unwrap();
        let variables: Variables = [("LEPTOS_SITE_ROOT", root), ("LEPTOS_HASH_FILES", "true")]
            .into_iter()
            .collect();
        assert!(matches!(read(&variables), Err(OptionsError::NoHashFile(_))));
    }
}
