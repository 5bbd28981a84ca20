//! Dependencies between the crates point one way: what runs in the browser does not depend on the server's crates, an API
//! that verifies tokens does not depend on the login, and the local services share no code with what they test.

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
            "reqwest",
            "ring",
            "rsa",
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
    },
    Rule {
        what: "an API that only verifies tokens (feature `bearer`)",
        tree: &[
            "--package=axum-auth0",
            "--no-default-features",
            "--features=bearer",
        ],
        forbidden: &[
            "chacha20poly1305",
            "leptos*",
            "openidconnect",
            "oauth2",
            "sqlx*",
            "tower-sessions*",
        ],
        expected: "jsonwebtoken",
    },
    Rule {
        what: "the engine",
        tree: &[
            "--package=axum-auth0",
            "--no-default-features",
            "--features=bearer,login",
        ],
        forbidden: &[
            "app",
            "leptos*",
            "orders-api",
            "products-api",
            "server",
            "tenant",
        ],
        expected: "openidconnect",
    },
    Rule {
        what: "the local tenant",
        tree: &["--package=tenant"],
        forbidden: &["app", "axum-auth0", "leptos*", "openidconnect", "server"],
        expected: "axum",
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
        expected: "axum-auth0",
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
        expected: "axum-auth0",
    },
];

pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    for rule in RULES {
        let names = names_in_tree(workspace, rule.tree)?;
        if !names.iter().any(|name| name == rule.expected) {
            return Err(Failure::Failed(format!(
                "{} does not depend on {}: this rule reads the wrong tree",
                rule.what, rule.expected
            )));
        }
        let found = forbidden_among(&names, rule.forbidden);
        if !found.is_empty() {
            return Err(Failure::Failed(format!(
                "{} depends on {}; `cargo tree --edges normal {} --invert {}` shows why",
                rule.what,
                found.join(", "),
                rule.tree.join(" "),
                found[0]
            )));
        }
        println!("{}: {} crates, no forbidden one", rule.what, names.len());
    }
    Ok(())
}

fn names_in_tree(workspace: &Workspace, tree: &[&str]) -> Result<Vec<String>> {
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
    let mut names: Vec<String> = text
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

fn forbidden_among(names: &[String], patterns: &[&str]) -> Vec<String> {
    names
        .iter()
        .filter(|name| {
            patterns
                .iter()
                .any(|pattern| match pattern.strip_suffix('*') {
                    Some(beginning) => name.starts_with(beginning),
                    None => name == pattern,
                })
        })
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_matches_any_ending() {
        let names = ["sqlx-core", "tower-service", "tower", "serde"].map(str::to_owned);
        assert_eq!(
            forbidden_among(&names, &["sqlx*", "tower"]),
            ["sqlx-core", "tower"]
        );
        assert!(forbidden_among(&names, &["tow", "serde_json"]).is_empty());
    }
}
