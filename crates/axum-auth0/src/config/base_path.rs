//! The path below which the whole site is mounted.

use url::Url;

use super::{problems::Problems, variable};
use crate::return_to::is_reserved;

const NOT_A_PATH: &str = "must be a path such as /shop, of letters, digits, `-`, `_`, `.` and `~`, without empty segments";
const RESERVED: &str = "must not be below /auth, because no login returns to a page there";

/// The path of `APP_BASE_URL` without a trailing slash: empty, or a path such as `/shop`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BasePath(String);

impl BasePath {
    /// Parses the path of a URL. Returns `None` if it has other characters than a route may have.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        match path.strip_suffix('/').unwrap_or(path) {
            "" => Some(Self::default()),
            path if is_path(path) => Some(Self(path.to_owned())),
            _ => None,
        }
    }

    /// Returns the path, which is empty if the site is at the root of its host.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the path of the start page.
    pub(crate) fn home(&self) -> &str {
        if self.0.is_empty() { "/" } else { &self.0 }
    }

    /// Returns `path`, which is relative to the base path, as browsers request it.
    pub(crate) fn join(&self, path: &str) -> String {
        match path {
            "/" => self.home().to_owned(),
            _ => format!("{}{path}", self.0),
        }
    }

    /// Returns the part of `path` below the base path, `/` for the base path itself. Returns `None` for a path of
    /// another site of the same host.
    pub(crate) fn strip<'p>(&self, path: &'p str) -> Option<&'p str> {
        match path.strip_prefix(self.as_str())? {
            "" => Some("/"),
            rest => rest.starts_with('/').then_some(rest),
        }
    }
}

/// Returns the path of `APP_BASE_URL`, or a problem.
pub(super) fn in_url(url: &Url) -> Result<BasePath, String> {
    match BasePath::parse(url.path()) {
        None => Err(format!("has a path, which {NOT_A_PATH}")),
        Some(path) if is_reserved(path.as_str()) => Err(format!("has a path, which {RESERVED}")),
        Some(path) => Ok(path),
    }
}

/// Reads `NEXT_PUBLIC_BASE_PATH`. `in_url` is the path of `APP_BASE_URL`; if both are set, they must be equal.
pub(super) fn read(problems: &mut Problems<'_>, in_url: BasePath) -> BasePath {
    let Some(value) = problems.get(variable::BASE_PATH) else {
        return in_url;
    };
    let problem = match BasePath::parse(value) {
        None => NOT_A_PATH.to_owned(),
        Some(path) if is_reserved(path.as_str()) => RESERVED.to_owned(),
        Some(path) if in_url == BasePath::default() || in_url == path => return path,
        Some(path) => format!(
            "is `{}`, but the path of APP_BASE_URL is `{}`; set one of them only",
            path.home(),
            in_url.home()
        ),
    };
    problems.add(variable::BASE_PATH, problem);
    in_url
}

/// Returns whether `path` is an absolute path of plain segments: no router parameters, no percent-encoding, and no dot
/// segments, which browsers resolve.
pub(super) fn is_path(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    path.strip_prefix('/').is_some_and(|rest| {
        rest.split('/').all(|segment| {
            !segment.is_empty() && segment.bytes().all(is_plain) && !matches!(segment, "." | "..")
        })
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_below_the_base_path_or_of_another_site() {
        let shop = BasePath::parse("/shop/").unwrap();
        for (path, expected) in [
            ("/shop", Some("/")),
            ("/shop/", Some("/")),
            ("/shop/products", Some("/products")),
            ("/shop//x", Some("//x")),
            ("/shopping", None),
            ("/", None),
            ("/products", None),
            ("/Shop", None),
            ("", None),
        ] {
            assert_eq!(shop.strip(path), expected, "{path}");
        }
        let root = BasePath::parse("/").unwrap();
        assert_eq!(root.strip("/products"), Some("/products"));
        assert_eq!(root.strip("/"), Some("/"));
    }

    #[test]
    fn the_start_page_has_no_trailing_slash() {
        let eu = BasePath::parse("/shop/eu").unwrap();
        assert_eq!((eu.home(), &*eu.join("/")), ("/shop/eu", "/shop/eu"));
        assert_eq!(eu.join("/products"), "/shop/eu/products");
        let root = BasePath::default();
        assert_eq!((root.home(), &*root.join("/")), ("/", "/"));
    }
}
