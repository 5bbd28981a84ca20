//! Scopes as lists of words.

use std::collections::HashSet;

/// Returns the words of a scope, each once, in order (RFC 6749 §3.3).
pub(super) fn split_scope(value: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    value
        .split_whitespace()
        .filter(|word| seen.insert(*word))
        .map(str::to_owned)
        .collect()
}
