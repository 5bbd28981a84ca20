//! A type with a secret in plain text does not derive `Debug`, which would show it in logs and panics.

use std::fmt::Write as _;

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

/// The last word of the name of a field that is a secret.
const SECRETS: [&str; 6] = [
    "token",
    "secret",
    "verifier",
    "password",
    "assertion",
    "pkcs8",
];

/// The types that show their content.
const PLAIN: [&str; 6] = [
    "String",
    "str",
    "Vec<u8>",
    "Bytes",
    "HeaderValue",
    "HeaderMap",
];

/// Fields whose names only look like those of secrets: the file and the field.
const EXCEPTIONS: [(&str, &str); 2] = [
    ("crates/axum-auth0/src/config/routes.rs", "access_token"),
    // Its claims.
    ("crates/axum-auth0/src/tokens/overview.rs", "id_token"),
];

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let mut git = std::process::Command::new("git");
    git.current_dir(&workspace.root)
        .args(["ls-files", "--"])
        .args([
            "app/src/*.rs",
            "crates/*/src/*.rs",
            "examples/*/src/*.rs",
            "server/src/*.rs",
            "services/*/src/*.rs",
        ])
        .args([
            ":(exclude)crates/test-support/*",
            ":(exclude)examples/support/*",
        ]);
    let files = process::output_of(&mut git)
        .ok_or_else(|| Failure::Failed("`git ls-files` failed".into()))?;
    let mut problems = String::new();
    for file in files.lines() {
        let text = std::fs::read_to_string(workspace.root.join(file)).unwrap_or_default();
        for (line, field) in shown_secrets(&text) {
            if !EXCEPTIONS.contains(&(file, field)) {
                _ = write!(problems, "\n  {file}:{line}: {field}");
            }
        }
    }
    if problems.is_empty() {
        println!("No derived Debug shows a secret.");
        Ok(())
    } else {
        Err(Failure::Failed(format!(
            "derived `Debug` shows secrets; implement it without them, or use `SecretString`:{problems}"
        )))
    }
}

/// Returns the lines and the names of the fields of types that derive `Debug`.
fn shown_secrets(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut derives, mut is_shown) = (false, false);
    for (number, line) in text.lines().enumerate() {
        let code = line.trim();
        if let Some(list) = code.strip_prefix("#[derive(") {
            derives = list.contains("Debug");
        } else if code.ends_with('{') && is_type(code) {
            is_shown = derives;
            derives = false;
        } else if line == "}" || is_item(code) {
            (derives, is_shown) = (false, false);
        } else if is_shown && let Some(field) = secret_field(code) {
            found.push((number + 1, field));
        }
    }
    found
}

fn is_type(code: &str) -> bool {
    code.split(' ')
        .any(|word| matches!(word, "struct" | "enum"))
}

/// Returns whether a line begins or ends an item that is no type with braces.
fn is_item(code: &str) -> bool {
    ["impl ", "fn ", "mod ", "trait "]
        .iter()
        .any(|start| code.starts_with(start))
        || (is_type(code) && code.ends_with(';'))
}

/// Returns the name of a field that is a secret in plain text.
fn secret_field(code: &str) -> Option<&str> {
    let (name, kind) = code.split_once(": ")?;
    let name = name.rsplit(' ').next()?;
    let is_secret = name
        .rsplit('_')
        .next()
        .is_some_and(|word| SECRETS.contains(&word));
    let is_plain = kind
        .split(|sign: char| !(sign.is_alphanumeric() || sign == '_'))
        .any(|word| PLAIN.contains(&word))
        || kind.contains("Vec<u8>");
    (is_secret && is_plain).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<&str> {
        shown_secrets(text)
            .into_iter()
            .map(|(_, name)| name)
            .collect()
    }

    #[test]
    fn secrets_in_plain_text_are_found_in_types_that_derive_debug() {
        let text = "#[derive(Clone, Debug)]\n/// A login.\npub(super) struct Login<'a> {\n    pub(super) token: Option<String>,\n    \
                    client_secret: &'a str,\n    is_token: bool,\n    key: String,\n}\n";
        assert_eq!(fields(text), ["token", "client_secret"]);
        let variant = "#[derive(Debug)]\nenum Kind {\n    Bearer {\n        access_token: Vec<u8>,\n    },\n}\n";
        assert_eq!(fields(variant), ["access_token"]);
    }

    #[test]
    fn secret_strings_and_types_with_their_own_debug_are_not_found() {
        for text in [
            "#[derive(Debug)]\nstruct A {\n    token: SecretString,\n    token_endpoint: String,\n}\n",
            "#[derive(Clone)]\nstruct A {\n    token: String,\n}\n",
            "#[derive(Debug)]\nstruct A;\n\nstruct B {\n    token: String,\n}\n",
            "#[derive(Debug)]\nstruct A {\n    a: u8,\n}\n\nfn f(\n    token: String,\n) {\n}\n",
        ] {
            assert_eq!(fields(text), [""; 0], "{text}");
        }
    }
}
