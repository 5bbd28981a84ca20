//! The path to return to after a login or a logout: always a path of this site.

use std::fmt;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Deserialize, Serialize};

/// Maximum length of the escaped path, in bytes: `state` and a cookie contain it.
const MAX_LENGTH: usize = 1024;

/// Characters that are escaped in a `Location` header. `%` is not among them, so existing escapes are kept.
const UNSAFE_IN_LOCATION: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A path of this site, with its query, that is safe as the target of a redirect.
///
/// The rule is stricter than a URL parser, because browsers parse URLs differently: the path begins with exactly one
/// slash; no segment is empty or consists of dots (`/.//evil.example` would be normalized to `//evil.example`); and it
/// contains no backslash, control character or white space. Paths below `/auth` are also invalid: a login could end in
/// a logout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReturnTo(String);

/// Error of [`ReturnTo::parse`]: the text is not a path of this site that a user may return to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a path of this site to return to")]
pub struct InvalidReturnTo;

impl ReturnTo {
    /// Returns the start page of a site without a base path; see [`Routes::home_path`](crate::Routes::home_path).
    pub fn home() -> Self {
        Self("/".to_owned())
    }

    /// Parses a path of this site.
    ///
    /// # Errors
    ///
    /// [`InvalidReturnTo`] for everything else.
    pub fn parse(text: &str) -> Result<Self, InvalidReturnTo> {
        if text.len() > MAX_LENGTH
            || !text.starts_with('/')
            || text
                .chars()
                .any(|c| c.is_control() || c.is_whitespace() || c == '\\')
        {
            return Err(InvalidReturnTo);
        }
        let path = text.split(['?', '#']).next().unwrap_or_default();
        let mut segments = path[1..].split('/').peekable();
        while let Some(segment) = segments.next() {
            let is_last = segments.peek().is_none();
            if (segment.is_empty() && !is_last) || is_dots(segment) {
                return Err(InvalidReturnTo);
            }
        }
        if is_reserved(path) {
            return Err(InvalidReturnTo);
        }
        // Escaping can triple the length.
        let escaped = utf8_percent_encode(text, UNSAFE_IN_LOCATION).to_string();
        if escaped.len() > MAX_LENGTH {
            return Err(InvalidReturnTo);
        }
        Ok(Self(escaped))
    }

    /// Parses a path of this site. Returns the start page if `text` is missing or invalid.
    pub fn parse_or_home(text: Option<&str>) -> Self {
        text.and_then(|text| Self::parse(text).ok())
            .unwrap_or_else(Self::home)
    }

    /// Returns the path and its query, for a `Location` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the path without the query.
    pub(crate) fn path(&self) -> &str {
        self.0.split(['?', '#']).next().unwrap_or_default()
    }
}

/// The route that sends a form after a login. It is the only path below `/auth` that a login returns to.
pub(crate) const RESUME: &str = "/auth/resume";

/// Returns whether the path is below `/auth`, and not [`RESUME`].
pub(crate) fn is_reserved(path: &str) -> bool {
    path == "/auth" || (path.starts_with("/auth/") && path != RESUME)
}

/// Returns whether a browser's URL parser interprets the segment as `.` or `..`.
fn is_dots(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}

impl TryFrom<String> for ReturnTo {
    type Error = InvalidReturnTo;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ReturnTo> for String {
    fn from(path: ReturnTo) -> Self {
        path.0
    }
}

impl fmt::Display for ReturnTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
