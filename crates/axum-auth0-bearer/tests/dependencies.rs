//! An API that verifies tokens must not have to compile sessions and a database for it.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{collections::BTreeSet, env, process::Command};

/// What belongs to the site's side, or would be a second TLS library.
const NOT_FOR_AN_API: [&str; 10] = [
    "sqlx",
    "sqlx-core",
    "sqlx-sqlite",
    "libsqlite3-sys",
    "tower-sessions",
    "openidconnect",
    "chacha20poly1305",
    "leptos",
    "aws-lc-rs",
    "openssl",
];

/// The crates that `package` is built from, itself included.
fn crates_of(package: &str, arguments: &[&str]) -> BTreeSet<String> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["tree", "--offline", "--package", package])
        .args(arguments)
        .args(["--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let tree = String::from_utf8(output.stdout).unwrap();
    tree.lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn an_api_depends_on_neither_sessions_nor_a_database() {
    let bearer = crates_of("axum-auth0-bearer", &[]);
    assert!(bearer.contains("jsonwebtoken"), "{bearer:?}");
    for unwanted in NOT_FOR_AN_API {
        assert!(!bearer.contains(unwanted), "{unwanted}");
    }
    // The check can fail: the site's side has them.
    let site = crates_of("axum-auth0", &[]);
    assert!(
        site.contains("sqlx") && site.contains("tower-sessions"),
        "{site:?}"
    );
}

#[test]
fn a_site_without_the_feature_sqlite_compiles_no_sqlite() {
    let site = crates_of("axum-auth0", &["--no-default-features"]);
    assert!(site.contains("tower-sessions"), "{site:?}");
    for unwanted in ["axum-auth0-stores", "sqlx", "libsqlite3-sys"] {
        assert!(!site.contains(unwanted), "{unwanted}");
    }
}
