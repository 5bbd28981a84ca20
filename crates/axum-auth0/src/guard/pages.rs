//! Pages for signed-in people: everybody else is sent to the login before the page begins.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;

use crate::{login::see_other, page::Page, return_to::ReturnTo, session::CurrentUser};

/// The layer: answers 303 to the login, whatever the `Accept` header, without a page body.
///
/// `leptos_axum::redirect` alone would not do: without `Accept: text/html` it leaves the status at 200 and renders the
/// page.
pub(crate) async fn guard_pages(
    State(protected): State<&'static [&'static str]>,
    request: Request,
    next: Next,
) -> Response {
    if !is_protected(request.uri().path(), protected) {
        return next.run(request).await;
    }
    match request.extensions().get::<CurrentUser>() {
        Some(CurrentUser::SignedIn(_)) => next.run(request).await,
        Some(CurrentUser::Unavailable) => Page::new(StatusCode::SERVICE_UNAVAILABLE, "This page is not available right now")
            .paragraph("This site cannot look up who you are at the moment. Nothing is lost; please try again in a moment.")
            .retry_after(5)
            .link("Go to the start page", "/")
            .into_response(),
        Some(CurrentUser::Anonymous) | None => {
            let here = request.uri().path_and_query().map(http::uri::PathAndQuery::as_str);
            // A form that was sent to a page cannot be sent again after the login; its page can be shown.
            let here = here.filter(|_| matches!(*request.method(), Method::GET | Method::HEAD));
            see_other(&ReturnTo::parse_or_home(here).login_url())
        }
    }
}

/// Whether `path` is one of the protected pages or below one. It is compared as the router sees it: decoded, and
/// without a slash at the end.
fn is_protected(path: &str, protected: &[&str]) -> bool {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let segments = || decoded.split('/').filter(|segment| !segment.is_empty());
    protected.iter().any(|page| {
        let mut segments = segments();
        page.split('/')
            .filter(|segment| !segment.is_empty())
            .all(|segment| segments.next() == Some(segment))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_protected_page_is_protected_in_every_spelling() {
        let protected = &["/products", "/profile"];
        for path in [
            "/products",
            "/products/",
            "//products",
            "/%70roducts",
            "/products/7",
            "/profile",
        ] {
            assert!(is_protected(path, protected), "{path}");
        }
        for path in [
            "/",
            "/productsx",
            "/x/products",
            "/api/products",
            "/signed-out",
        ] {
            assert!(!is_protected(path, protected), "{path}");
        }
    }
}
