//! Path and query of the current page.

use leptos::prelude::{GetUntracked as _, With as _};
use leptos_router::hooks::use_location;

/// Returns a function for path and query of the current page. It is reactive.
///
/// # Panics
/// If called outside of a `<Router>`, like every hook of the router.
pub(crate) fn use_path_and_query() -> impl Fn() -> String + Copy + Send + Sync + 'static {
    let location = use_location();
    let (pathname, search) = (location.pathname, location.search);
    move || pathname.with(|path| search.with(|search| join(path, search)))
}

/// Returns path and query of the current page, without subscribing to changes.
pub(crate) fn path_and_query_untracked() -> String {
    let location = use_location();
    join(
        &location.pathname.get_untracked(),
        &location.search.get_untracked(),
    )
}

fn join(path: &str, search: &str) -> String {
    let question_mark = if search.is_empty() { "" } else { "?" };
    [path, question_mark, search].concat()
}

/// Returns whether a browser resolves `text` to a page of this site: a path, and not `//evil.example` or another spelling of it.
#[cfg(any(test, not(feature = "ssr")))]
pub(crate) fn is_path_of_site(text: &str) -> bool {
    // Browsers take a backslash for a slash, and ignore control characters.
    text.strip_prefix('/')
        .is_some_and(|rest| !rest.starts_with(['/', '\\']))
        && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::{is_path_of_site, join};

    #[test]
    fn a_url_of_another_site_is_no_path_of_this_one() {
        for path in ["/", "/auth/login?returnTo=%2F", "/a//b"] {
            assert!(is_path_of_site(path), "{path}");
        }
        for url in [
            "",
            "auth/login",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
        ] {
            assert!(!is_path_of_site(url), "{url}");
        }
    }

    #[test]
    fn a_page_without_a_query_has_no_question_mark() {
        assert_eq!(join("/products", ""), "/products");
        assert_eq!(join("/products", "page=2"), "/products?page=2");
    }
}
