//! The variables of the server are documented.

use std::{collections::BTreeSet, fs, path::Path};

/// The sources that read variables, and the files that document them.
const SOURCES: [&str; 2] = ["src", "../crates/otlp-traces/src"];
const DOCUMENTS: [&str; 2] = ["../docs/configuration.md", "../.env.example"];

/// The beginnings of the server's variables. The others are those of the engine, which has a test of its own.
const PREFIXES: [&str; 7] = [
    "LEPTOS_",
    "LOCAL_SERVICES_",
    "LOG_",
    "METRICS_",
    "OTEL_",
    "RUST_LOG",
    "SERVER_",
];

/// Set by cargo-leptos only.
const OF_CARGO_LEPTOS: [&str; 5] = [
    "LEPTOS_ENV",
    "LEPTOS_OUTPUT_NAME",
    "LEPTOS_RELOAD_PORT",
    "LEPTOS_SITE_PKG_DIR",
    "LEPTOS_WATCH",
];

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else {
            *text += &fs::read_to_string(path).unwrap();
        }
    }
}

/// Returns the string literals that are names of variables.
fn variables(source: &str) -> BTreeSet<&str> {
    let is_name = |text: &&str| {
        PREFIXES.iter().any(|prefix| text.starts_with(prefix))
            && text
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    source.split('"').filter(is_name).collect()
}

#[test]
fn every_variable_that_the_server_reads_is_documented() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut source = String::new();
    for name in SOURCES {
        sources(&folder.join(name), &mut source);
    }
    let variables = variables(&source);
    for known in ["METRICS_ADDR", "OTEL_SERVICE_NAME", "SERVER_MAX_REQUESTS"] {
        assert!(variables.contains(known), "{variables:?}");
    }
    let [table, example] = DOCUMENTS.map(|name| fs::read_to_string(folder.join(name)).unwrap());
    for variable in variables {
        assert!(
            table
                .lines()
                .any(|line| line.starts_with('|') && line.contains(&format!("`{variable}`"))),
            "{variable} is not in docs/configuration.md"
        );
        assert!(
            OF_CARGO_LEPTOS.contains(&variable) || example.contains(variable),
            "{variable} is not in .env.example"
        );
    }
}
