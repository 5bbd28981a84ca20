//! An API that verifies tokens compiles neither sessions nor a database.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{collections::BTreeSet, env, process::Command};

/// The packages that an API may compile, this crate included.
const MAX_PACKAGES_OF_AN_API: usize = 120;

/// What belongs to the site's side, or would be a second cryptographic library.
const NOT_FOR_AN_API: [&str; 12] = [
    "rusqlite",
    "libsqlite3-sys",
    "tower-sessions",
    "openidconnect",
    "chacha20poly1305",
    "leptos",
    "aws-lc-rs",
    "openssl",
    // jsonwebtoken verifies with ring, which rustls brings.
    "rsa",
    "p256",
    "p384",
    "ed25519-dalek",
];

/// The packages that `package` is built from, itself included, each version once.
fn packages_of(package: &str, arguments: &[&str]) -> BTreeSet<String> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["tree", "--offline", "--package", package])
        .args(arguments)
        .args([
            "--no-dedupe",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let tree = String::from_utf8(output.stdout).unwrap();
    tree.lines().map(str::to_owned).collect()
}

/// The names without their versions.
fn names(packages: &BTreeSet<String>) -> BTreeSet<&str> {
    packages
        .iter()
        .filter_map(|package| package.split_whitespace().next())
        .collect()
}

#[test]
fn an_api_depends_on_neither_sessions_nor_a_database() {
    let packages = packages_of("axum-auth0-bearer", &[]);
    let bearer = names(&packages);
    assert!(bearer.contains("jsonwebtoken"), "{bearer:?}");
    for unwanted in NOT_FOR_AN_API {
        assert!(!bearer.contains(unwanted), "{unwanted}");
    }
    // The check can fail: the site's side has them.
    let packages = packages_of("axum-auth0", &[]);
    let site = names(&packages);
    assert!(
        site.contains("rusqlite") && site.contains("tower-sessions"),
        "{site:?}"
    );
}

#[test]
fn an_api_compiles_few_packages() {
    let packages = packages_of("axum-auth0-bearer", &[]);
    assert!(
        packages.len() <= MAX_PACKAGES_OF_AN_API,
        "{} packages: {packages:#?}",
        packages.len()
    );
}

#[test]
fn a_site_without_the_feature_sqlite_compiles_no_sqlite() {
    let packages = packages_of("axum-auth0", &["--no-default-features"]);
    let site = names(&packages);
    assert!(site.contains("tower-sessions"), "{site:?}");
    for unwanted in ["axum-auth0-stores", "rusqlite", "libsqlite3-sys"] {
        assert!(!site.contains(unwanted), "{unwanted}");
    }
}
