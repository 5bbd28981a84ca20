//! Checks that `.env.example` and `docs/configuration.md` follow the table of variables.

use std::{env, fs, path::Path};

use super::*;

fn read_file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name);
    fs::read_to_string(&path).unwrap_or_default()
}

/// Returns the lines `NAME=value` of `.env.example`, commented out or not.
fn assignments(text: &str) -> Vec<(&str, &str)> {
    text.lines()
        .map(|line| line.strip_prefix("# ").unwrap_or(line))
        .filter_map(|line| line.split_once('='))
        .filter(|(name, _)| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        })
        .collect()
}

#[test]
fn the_example_file_has_every_variable_and_no_other() {
    let text = read_file(".env.example");
    let assigned = assignments(&text);
    let is_given = |name: &str| assigned.iter().any(|(given, _)| *given == name);
    for variable in VARIABLES {
        assert!(is_given(variable.name), "{} is missing", variable.name);
    }
    for variable in API_VARIABLES {
        let name = format!("PRODUCTS_API_{}", variable.ending);
        assert!(is_given(&name), "{name} is missing");
    }
    for (name, _) in assigned {
        if name.starts_with("AUTH0_") || name.starts_with("NEXT_PUBLIC_") {
            assert!(variable::find(name).is_some(), "{name} is not read");
        }
    }
}

#[test]
fn the_example_file_shows_the_defaults() {
    let text = read_file(".env.example");
    for (name, value) in assignments(&text) {
        let default = variable::find(name).and_then(|variable| variable.default);
        if let Some(default) = default {
            assert_eq!(value, default, "{name}");
        }
    }
}

/// Returns the tables of `docs/configuration.md`. `UPDATE_DOCS=1 cargo test -p axum-auth0 documentation` writes them.
fn tables() -> String {
    let mut text = String::from("| variable | meaning | default |\n|---|---|---|\n");
    for variable in VARIABLES {
        let default = variable
            .default
            .map(|default| format!("`{default}`"))
            .unwrap_or_default();
        let (name, description) = (variable.name, variable.description);
        text.push_str(&["| `", name, "` | ", description, " | ", &default, " |\n"].concat());
    }
    text += "\nOf each API that the application calls, `PRODUCTS` for example:\n\n| variable | meaning |\n|---|---|\n";
    for variable in API_VARIABLES {
        let (ending, description) = (variable.ending, variable.description);
        text.push_str(&["| `<NAME>_API_", ending, "` | ", description, " |\n"].concat());
    }
    text
}

#[test]
fn the_documentation_lists_the_variables() {
    const BEGIN: &str = "<!-- begin: variables -->\n";
    const END: &str = "<!-- end: variables -->";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let text = read_file("docs/configuration.md");
    let (head, rest) = text.split_once(BEGIN).unwrap();
    let (listed, tail) = rest.split_once(END).unwrap();
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(file, format!("{head}{BEGIN}{}{END}{tail}", tables())).unwrap();
    } else {
        assert_eq!(listed, tables(), "UPDATE_DOCS=1 writes them");
    }
}
