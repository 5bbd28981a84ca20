//! A problem and its fix.

use axum_auth0::Diagnosis;

/// A cause and its fix: from a [`Diagnosis`], or found by the doctor only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) code: &'static str,
    pub(super) cause: String,
    pub(super) fix: String,
}

impl Problem {
    pub(super) fn new(
        code: &'static str,
        cause: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            code,
            cause: cause.into(),
            fix: fix.into(),
        }
    }
}

/// Formats an error as a sentence.
pub(super) fn sentence(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let end = if text.ends_with('.') { "" } else { "." };
    let mut rest = text.chars();
    let first = rest.next().map(char::to_uppercase);
    first
        .into_iter()
        .flatten()
        .chain(rest)
        .chain(end.chars())
        .collect()
}

impl From<Diagnosis> for Problem {
    fn from(diagnosis: Diagnosis) -> Self {
        Self::new(
            diagnosis.code().as_str(),
            diagnosis.cause(),
            diagnosis.fix(),
        )
    }
}
