//! Which pages require a signed-in user.

use std::{fmt, sync::Arc};

use percent_encoding::percent_decode_str;

type Predicate = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// The pages that require a signed-in user, including everything below the listed ones.
#[derive(Clone, Default)]
pub(crate) struct ProtectedPages {
    listed: Vec<String>,
    predicates: Vec<Predicate>,
}

impl ProtectedPages {
    pub(crate) fn list(&mut self, pages: impl IntoIterator<Item = String>) {
        self.listed.extend(pages);
    }

    pub(crate) fn add_predicate(&mut self, is_protected: Predicate) {
        self.predicates.push(is_protected);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.listed.is_empty() && self.predicates.is_empty()
    }

    /// Returns whether `path` is a protected page or below one. Paths are compared as the router does: decoded, and
    /// without a trailing slash. Predicates get the path in this form.
    pub(super) fn contains(&self, path: &str) -> bool {
        let decoded = percent_decode_str(path).decode_utf8_lossy();
        let segments: Vec<_> = segments(&decoded).collect();
        self.listed.iter().any(|page| is_prefix(page, &segments))
            || (!self.predicates.is_empty() && {
                let path = format!("/{}", segments.join("/"));
                self.predicates
                    .iter()
                    .any(|is_protected| is_protected(&path))
            })
    }

    /// Returns whether `page` itself is listed.
    pub(super) fn lists(&self, page: &str) -> bool {
        let page = page.trim_matches('/');
        self.listed
            .iter()
            .any(|listed| listed.trim_matches('/') == page)
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

fn is_prefix(page: &str, path: &[&str]) -> bool {
    let mut path = path.iter();
    segments(page).all(|segment| path.next() == Some(&segment))
}

impl fmt::Debug for ProtectedPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProtectedPages")
            .field("listed", &self.listed)
            .field("predicates", &self.predicates.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(paths: &[&str]) -> ProtectedPages {
        let mut pages = ProtectedPages::default();
        pages.list(paths.iter().map(|&path| path.to_owned()));
        pages
    }

    #[test]
    fn a_protected_page_is_protected_in_every_spelling() {
        let protected = pages(&["/products", "/profile"]);
        for path in [
            "/products",
            "/products/",
            "//products",
            "/%70roducts",
            "/products/7",
            "/profile",
        ] {
            assert!(protected.contains(path), "{path}");
        }
        for path in [
            "/",
            "/productsx",
            "/x/products",
            "/api/products",
            "/signed-out",
        ] {
            assert!(!protected.contains(path), "{path}");
        }
    }

    #[test]
    fn a_predicate_gets_every_spelling_of_a_path_in_one_form() {
        let mut protected = pages(&[]);
        protected.add_predicate(Arc::new(|path| path == "/" || path == "/a b/c"));
        for path in ["", "/", "//", "/a%20b/c", "/a%20b//c/", "//a b/%63"] {
            assert!(protected.contains(path), "{path}");
        }
        for path in ["/a", "/a%20b", "/a%20b/c/d", "/x/a%20b/c"] {
            assert!(!protected.contains(path), "{path}");
        }
    }
}
