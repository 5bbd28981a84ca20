//! Addresses of the engine's routes, and the way back from a login.

use leptos::prelude::{GetUntracked as _, With as _};
use leptos_router::hooks::use_location;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Where a login starts; a route of the server, not of the app.
pub const LOGIN_PATH: &str = "/auth/login";

/// Where a logout is posted to; a route of the server, not of the app.
pub const LOGOUT_PATH: &str = "/auth/logout";

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The address that logs in and comes back to `return_to`, a path of this site with its query.
///
/// ```
/// assert_eq!(
///     leptos_auth0::login_url("/products?page=2"),
///     "/auth/login?returnTo=%2Fproducts%3Fpage%3D2",
/// );
/// ```
pub fn login_url(return_to: &str) -> String {
    let mut url = String::from(LOGIN_PATH);
    url.push_str("?returnTo=");
    url.extend(utf8_percent_encode(return_to, RESERVED));
    url
}

/// Path and query of the page shown; follows the router.
///
/// # Panics
/// Outside of a `<Router>`, as every hook of the router.
pub(crate) fn use_here() -> impl Fn() -> String + Copy + Send + Sync + 'static {
    let location = use_location();
    let (pathname, search) = (location.pathname, location.search);
    move || pathname.with(|path| search.with(|search| join(path, search)))
}

/// [`use_here`], once.
pub(crate) fn here_untracked() -> String {
    let location = use_location();
    join(
        &location.pathname.get_untracked(),
        &location.search.get_untracked(),
    )
}

fn join(path: &str, search: &str) -> String {
    let mut here = String::from(path);
    if !search.is_empty() {
        here.push('?');
        here.push_str(search);
    }
    here
}

#[cfg(test)]
mod tests {
    use super::{join, login_url};

    #[test]
    fn the_way_back_is_percent_encoded_as_one_parameter() {
        for (return_to, expected) in [
            ("/products", "/auth/login?returnTo=%2Fproducts"),
            (
                "/a?b=c&d=e#f",
                "/auth/login?returnTo=%2Fa%3Fb%3Dc%26d%3De%23f",
            ),
            ("/grüße", "/auth/login?returnTo=%2Fgr%C3%BC%C3%9Fe"),
            ("/a%20b", "/auth/login?returnTo=%2Fa%2520b"),
            ("/a-b.c_d~e", "/auth/login?returnTo=%2Fa-b.c_d~e"),
        ] {
            assert_eq!(login_url(return_to), expected);
        }
    }

    #[test]
    fn a_page_without_a_query_has_no_question_mark() {
        assert_eq!(join("/products", ""), "/products");
        assert_eq!(join("/products", "page=2"), "/products?page=2");
    }
}
