//! The traces that a silent login leaves in the browser, so that a visit causes at most one.

use cookie::{Cookie, SameSite};
use http::HeaderMap;

use crate::{config::CookieSettings, request::cookies, return_to::ReturnTo, session::base_cookie};

/// The parameter of the login route that makes a login silent.
pub(crate) const SILENT: &str = "silent";

/// The query parameter that marks a page of a browser without cookies.
const SKIPPED: &str = "auth0_silent=skipped";

/// Returns the cookie that marks the visit. It ends with the browser.
pub(crate) fn marker(settings: &CookieSettings) -> Cookie<'static> {
    base_cookie(settings, settings.silent_login_name(), "1".to_owned())
        .path(settings.path().to_owned())
        // The visit can begin with a link of another site.
        .same_site(SameSite::Lax)
        .build()
}

/// Returns whether this visit had a silent login, or a logout.
pub(crate) fn is_marked(headers: &HeaderMap, settings: &CookieSettings) -> bool {
    let name = settings.silent_login_name();
    cookies::pairs(headers).any(|(given, _)| given == name)
}

/// Returns whether the query says that the browser did not store the marker.
pub(crate) fn is_skipped(query: Option<&str>) -> bool {
    query.is_some_and(|query| query.split('&').any(|pair| pair == SKIPPED))
}

/// Returns the URL of the page, marked as one of a browser that did not store the marker.
pub(crate) fn skipped_url(page: &ReturnTo) -> String {
    let (page, fragment) = page
        .as_str()
        .split_once('#')
        .map_or((page.as_str(), None), |(page, fragment)| {
            (page, Some(fragment))
        });
    let separator = if page.contains('?') { '&' } else { '?' };
    let fragment = fragment.map(|fragment| format!("#{fragment}"));
    format!("{page}{separator}{SKIPPED}{}", fragment.unwrap_or_default())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_skipped_page_is_recognized() {
        for (page, expected) in [
            ("/", "/?auth0_silent=skipped"),
            ("/a?b=c#d", "/a?b=c&auth0_silent=skipped#d"),
        ] {
            let url = skipped_url(&ReturnTo::parse(page).unwrap());
            assert_eq!(url, expected);
            let query = url.split_once('?').unwrap().1;
            assert!(is_skipped(query.split('#').next()));
        }
        assert!(!is_skipped(None) && !is_skipped(Some("auth0_silent=skipped2&a=b")));
    }
}
