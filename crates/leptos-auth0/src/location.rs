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

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn a_page_without_a_query_has_no_question_mark() {
        assert_eq!(join("/products", ""), "/products");
        assert_eq!(join("/products", "page=2"), "/products?page=2");
    }
}
