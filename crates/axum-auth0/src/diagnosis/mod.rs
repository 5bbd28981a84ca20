//! What is wrong with a token or with the configuration behind it, in a sentence or two, and exactly what to set and
//! where.
//!
//! [`diagnose`] judges a token; the login, the doctor and the development pages say the same sentences.

mod audience_sentences;
mod cause;
mod expectation;
mod provider_sentences;
mod scope_sentences;
mod token_sentences;
mod unreadable_sentences;

use std::fmt;

use serde::{Deserialize, Serialize};

pub(crate) use self::expectation::inspect;
pub use self::{
    cause::Cause,
    expectation::{Expectation, TokenFacts, diagnose},
};

/// A cause in words, and its fix. Contains names and identifiers from the configuration, never a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// For programs.
    pub code: Cause,
    /// What is wrong, a sentence or two.
    pub cause: String,
    /// What to set and where.
    pub fix: String,
}

impl Diagnosis {
    fn new(code: Cause, cause: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            code,
            cause: cause.into(),
            fix: fix.into(),
        }
    }

    /// Logs the diagnosis once; whoever handles it at the boundary calls this.
    pub fn log(&self) {
        tracing::error!(code = self.code.as_str(), cause = %self.cause, fix = %self.fix, "misconfiguration");
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.cause, self.fix)
    }
}

/// Whether a provider refuses because it knows no API with the audience: Auth0 in words, RFC 8707 §2 by code.
fn is_unknown_audience(code: &str, description: Option<&str>) -> bool {
    code == "invalid_target" || begins(description, "service not found")
}

/// Whether a provider refuses `resource` not for what it names, but for being given more than once.
fn is_about_number(description: &str) -> bool {
    let text = description.to_ascii_lowercase();
    ["single resource", "one resource", "multiple resource"]
        .iter()
        .any(|words| text.contains(words))
}

/// Whether a provider refuses because the application may not use the API, as Auth0 says it.
fn is_unauthorized_for_api(description: Option<&str>) -> bool {
    description.is_some_and(|text| {
        text.to_ascii_lowercase()
            .contains("is not authorized to access resource server")
    })
}

fn begins(text: Option<&str>, beginning: &str) -> bool {
    text.is_some_and(|text| text.to_ascii_lowercase().starts_with(beginning))
}

/// At most 200 characters of a text from outside, without control characters.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(200)
        .collect()
}

/// A sentence of somebody else's, to be quoted within one of ours.
fn without_full_stop(text: &str) -> &str {
    text.trim_end().trim_end_matches('.')
}

/// At most five items, each as code; `nobody` where there is none.
fn list<S: AsRef<str>>(items: &[S]) -> String {
    if items.is_empty() {
        return "nobody".to_owned();
    }
    let items: Vec<String> = items
        .iter()
        .take(5)
        .map(|item| format!("`{}`", printable(item.as_ref())))
        .collect();
    items.join(", ")
}
