//! Where a person goes after a login or a logout: always a path of this site.

use std::fmt;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Deserialize, Serialize};

/// The longest path that is remembered, in bytes and escaped: it travels in `state` and in a cookie.
const MAX_LENGTH: usize = 1024;

/// What a path may not contain unescaped in a `Location` header; `%` stays, so what is escaped stays escaped.
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
/// A general URL parser is the wrong tool here: what counts is what a browser makes of the text. So the rule is
/// narrow. It begins with one slash; the second character is neither a slash nor a backslash; no segment is empty or
/// consists of dots (`/.//evil.example` would be normalised to `//evil.example`); and there is no backslash, no
/// control character and no blank anywhere in it. The routes below `/auth` are refused too, or a login could end in a
/// logout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReturnTo(String);

/// The text is not a path of this site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a path of this site")]
pub struct NotAPathOfThisSite;

impl ReturnTo {
    /// The start page.
    pub fn home() -> Self {
        Self("/".to_owned())
    }

    /// Takes `text` where it is a path of this site.
    ///
    /// # Errors
    ///
    /// [`NotAPathOfThisSite`] for anything else, whatever a browser would make of it.
    pub fn parse(text: &str) -> Result<Self, NotAPathOfThisSite> {
        if text.len() > MAX_LENGTH
            || !text.starts_with('/')
            || text
                .chars()
                .any(|c| c.is_control() || c.is_whitespace() || c == '\\')
        {
            return Err(NotAPathOfThisSite);
        }
        let path = text.split(['?', '#']).next().unwrap_or_default();
        let mut segments = path[1..].split('/').peekable();
        while let Some(segment) = segments.next() {
            let is_last = segments.peek().is_none();
            if (segment.is_empty() && !is_last) || is_dots(segment) {
                return Err(NotAPathOfThisSite);
            }
        }
        if path == "/auth" || path.starts_with("/auth/") {
            return Err(NotAPathOfThisSite);
        }
        // As it travels: three bytes may become nine, and what is too long to come back must not set out.
        let escaped = utf8_percent_encode(text, UNSAFE_IN_LOCATION).to_string();
        if escaped.len() > MAX_LENGTH {
            return Err(NotAPathOfThisSite);
        }
        Ok(Self(escaped))
    }

    /// Takes `text`, or the start page where it is missing or not a path of this site.
    pub fn parse_or_home(text: Option<&str>) -> Self {
        text.and_then(|text| Self::parse(text).ok())
            .unwrap_or_else(Self::home)
    }

    /// The path and its query, for a `Location` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the path without the query.
    pub(crate) fn path(&self) -> &str {
        self.0.split(['?', '#']).next().unwrap_or_default()
    }
}

/// `.` and `..` in all the spellings that a browser's URL parser takes for them.
fn is_dots(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}

impl TryFrom<String> for ReturnTo {
    type Error = NotAPathOfThisSite;

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
