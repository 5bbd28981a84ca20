//! Dependencies between the crates point one way: what runs in the browser does not depend on the server's crates, an API
//! that verifies tokens does not depend on the login, and the local services share no code with what they test.

use std::collections::BTreeSet;

use crate::failure::{Failure, Result};
use crate::process;
use crate::tools::wasm_target;
use crate::workspace::Workspace;

/// A dependency tree, and the crates that must not be in it.
struct Rule {
    what: &'static str,
    tree: &'static [&'static str],
    /// Names; a `*` at the end stands for any ending.
    forbidden: &'static [&'static str],
    /// A crate that has to be in the tree, or the rule reads the wrong one.
    expected: &'static str,
    /// The number of packages that the tree may have: `cargo tree`, normal edges, each version once.
    max_packages: Option<usize>,
}

const RULES: &[Rule] = &[
    Rule {
        what: "the browser half",
        tree: &["--package=frontend", "--target", wasm_target::TARGET],
        forbidden: &[
            "axum*",
            "h2",
            "hyper*",
            "jsonwebtoken",
            "leptos_axum",
            "mio",
            "moka",
            "oauth2",
            "openidconnect",
            "openssl*",
            "orders-api",
            "products-api",
            "rand",
            "redis",
            "reqwest",
            "ring",
            "rsa",
            "rusqlite",
            "rustls*",
            "secrecy",
            "server",
            "sqlx*",
            "tenant",
            "tokio",
            "tower",
            "tower-*",
            "tracing-subscriber",
        ],
        expected: "leptos",
        max_packages: None,
    },
    Rule {
        what: "an API that only verifies tokens",
        tree: &["--package=axum-auth0-bearer"],
        forbidden: &[
            "chacha20poly1305",
            "leptos*",
            "libsqlite3-sys",
            "openidconnect",
            "oauth2",
            "rusqlite",
            "sqlx*",
            "tower-sessions*",
        ],
        expected: "jsonwebtoken",
        max_packages: Some(120),
    },
    Rule {
        what: "the site's side without a store",
        tree: &["--package=axum-auth0", "--no-default-features"],
        forbidden: &[
            "app",
            "leptos*",
            "libsqlite3-sys",
            "orders-api",
            "products-api",
            "redis",
            "rusqlite",
            "server",
            "sqlx*",
            "tenant",
        ],
        expected: "openidconnect",
        // One of them is dotenvy, for `.env` files; quick_cache brings three for the cache of sessions, governor nine for rate
        // limits.
        max_packages: Some(242),
    },
    Rule {
        what: "a site without metrics and traces",
        tree: &["--package=axum-auth0"],
        forbidden: &[
            "metrics*",
            "opentelemetry*",
            "prost*",
            "tracing-opentelemetry",
        ],
        expected: "openidconnect",
        max_packages: None,
    },
    Rule {
        what: "the sample site without its features",
        tree: &["--package=server", "--no-default-features"],
        forbidden: &[
            "metrics*",
            "opentelemetry*",
            "prost*",
            "tracing-opentelemetry",
        ],
        expected: "axum-auth0",
        max_packages: None,
    },
    Rule {
        what: "the site's side and its doctor with the store in SQLite",
        tree: &["--package=axum-auth0-doctor"],
        // sqlx runs each statement on another thread.
        forbidden: &["sqlx*"],
        expected: "rusqlite",
        max_packages: None,
    },
    Rule {
        what: "the site's side with the store in Redis",
        tree: &[
            "--package=axum-auth0",
            "--no-default-features",
            "--features=redis",
        ],
        forbidden: &["aws-lc*", "native-tls", "openssl", "rusqlite", "sqlx*"],
        expected: "redis",
        max_packages: None,
    },
    Rule {
        what: "the local tenant",
        tree: &["--package=tenant"],
        forbidden: &["app", "axum-auth0*", "leptos*", "openidconnect", "server"],
        expected: "axum",
        max_packages: None,
    },
    Rule {
        what: "the products API",
        tree: &["--package=products-api"],
        forbidden: &[
            "app",
            "leptos*",
            "openidconnect",
            "server",
            "tenant",
            "tower-sessions*",
        ],
        expected: "axum-auth0-bearer",
        max_packages: None,
    },
    Rule {
        what: "the orders API",
        tree: &["--package=orders-api"],
        forbidden: &[
            "app",
            "leptos*",
            "openidconnect",
            "server",
            "tenant",
            "tower-sessions*",
        ],
        expected: "axum-auth0-bearer",
        max_packages: None,
    },
];

pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    for rule in RULES {
        let packages = packages_in_tree(workspace, rule.tree)?;
        rule.check(&packages).map_err(Failure::Failed)?;
        println!(
            "{}: {} packages, no forbidden one",
            rule.what,
            packages.len()
        );
    }
    Ok(())
}

impl Rule {
    /// `packages` are names and versions.
    fn check(&self, packages: &BTreeSet<String>) -> std::result::Result<(), String> {
        let names: BTreeSet<&str> = packages
            .iter()
            .filter_map(|package| package.split_whitespace().next())
            .collect();
        if !names.contains(self.expected) {
            return Err(format!(
                "{} does not depend on {}: this rule reads the wrong tree",
                self.what, self.expected
            ));
        }
        let tree = self.tree.join(" ");
        let forbidden = forbidden_among(&names, self.forbidden);
        if let Some(first) = forbidden.first() {
            return Err(format!(
                "{} depends on {}; `cargo tree --edges normal {tree} --invert {first}` shows why",
                self.what,
                forbidden.join(", "),
            ));
        }
        match self.max_packages {
            Some(max) if packages.len() > max => Err(format!(
                "{} has {} packages in its tree, more than {max}; `cargo tree --edges normal {tree}` lists them",
                self.what,
                packages.len()
            )),
            _ => Ok(()),
        }
    }
}

/// Returns name and version of each package.
fn packages_in_tree(workspace: &Workspace, tree: &[&str]) -> Result<BTreeSet<String>> {
    let mut cargo = workspace.cargo();
    cargo
        .args([
            "tree",
            "--locked",
            "--edges=normal",
            "--prefix=none",
            "--format={p}",
        ])
        .args(tree);
    let text = process::output_of(&mut cargo)
        .ok_or_else(|| Failure::Failed(format!("`cargo tree {}` failed", tree.join(" "))))?;
    Ok(text.lines().filter_map(name_and_version).collect())
}

/// A line is `NAME vVERSION`, then the kind, the path, or a mark that it was printed before.
fn name_and_version(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    Some(format!("{} {}", words.next()?, words.next()?))
}

fn forbidden_among<'a>(names: &BTreeSet<&'a str>, patterns: &[&str]) -> Vec<&'a str> {
    let is_forbidden = |name: &&&str| {
        patterns
            .iter()
            .any(|pattern| match pattern.strip_suffix('*') {
                Some(beginning) => name.starts_with(beginning),
                None => **name == *pattern,
            })
    };
    names.iter().filter(is_forbidden).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule {
        what: "the example",
        tree: &["--package=example"],
        forbidden: &["sqlx*", "tower"],
        expected: "serde",
        max_packages: Some(3),
    };

    fn check(packages: &[&str]) -> std::result::Result<(), String> {
        RULE.check(&packages.iter().map(|p| (*p).to_owned()).collect())
    }

    #[test]
    fn a_star_matches_any_ending() {
        assert_eq!(check(&["serde v1", "tower-service v1"]), Ok(()));
        for forbidden in ["sqlx-core v1", "sqlx v1", "tower v1"] {
            assert!(check(&["serde v1", forbidden]).is_err(), "{forbidden}");
        }
    }

    #[test]
    fn too_many_packages_and_the_wrong_tree_are_refused() {
        assert!(check(&["serde v1", "serde v2", "a v1", "b v1"]).is_err());
        assert!(check(&["a v1"]).is_err());
    }

    #[test]
    fn a_package_is_counted_once_for_each_version() {
        let lines = ["a v1 (proc-macro)", "a v1 (*)", "a v2", ""];
        let packages: BTreeSet<_> = lines.into_iter().filter_map(name_and_version).collect();
        assert_eq!(packages.len(), 2);
    }
}
