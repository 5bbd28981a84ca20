//! Statuses for programs, redirects for a browser's own forms.
//!
//! A form that works without JavaScript is answered with a redirect, or the browser would show JSON; the server
//! function's own redirect carries the whole error in the address, so this one replaces it.

use crate::{ServerFnAnswer, login_url};
use axum_auth0::ReturnTo;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri,
    header::{ACCEPT, LOCATION, REFERER, RETRY_AFTER},
    request::Parts,
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Gives the answer at hand a status. An unknown number is ignored.
pub fn set_status(status: u16) {
    if let (Some(response), Ok(status)) = (
        use_context::<ResponseOptions>(),
        StatusCode::from_u16(status),
    ) {
        response.set_status(status);
    }
}

/// Gives the page at hand the status of the error that it shows, and says when to try again. A HEAD request did not try
/// what failed, so its answer stays as it is.
pub(super) fn answer_page_error<E: ServerFnAnswer>(error: &E) {
    if use_context::<Parts>().is_some_and(|parts| parts.method == Method::HEAD) {
        return;
    }
    set_status(error.status());
    if let (Some(response), Some(seconds)) =
        (use_context::<ResponseOptions>(), error.retry_after_secs())
    {
        response.insert_header(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// Answers with 303 and `location`, a path of this site, whatever the request accepts.
pub fn see_other(location: &str) {
    let (Some(response), Ok(location)) = (
        use_context::<ResponseOptions>(),
        HeaderValue::from_str(location),
    ) else {
        return;
    };
    response.set_status(StatusCode::SEE_OTHER);
    response.insert_header(LOCATION, location);
}

/// Ends a form well: a browser's own post goes on to `location`, a path of this site, and reloading it repeats
/// nothing (post/redirect/get). A call by the app stays where it is.
pub fn answer_form(location: &str) {
    if use_context::<Parts>().is_some_and(|parts| is_plain_form(&parts)) {
        see_other(location);
    }
}

/// Answers a server function at `path` that reads with its data, also when it is opened like a page. Without this, it
/// would redirect to the page before.
pub fn answer_data(path: &str) {
    if use_context::<Parts>().is_some_and(|parts| parts.uri.path() == path) {
        set_status(200);
    }
}

/// Answers a failed server function: a status for programs; for a browser's own post the way back to its page with
/// `?error=CODE` and no details, or to the login.
pub(super) fn answer_error<E: ServerFnAnswer>(error: &E) {
    let (Some(parts), Some(response)) = (use_context::<Parts>(), use_context::<ResponseOptions>())
    else {
        return;
    };
    if is_plain_form(&parts) {
        let page = page_of_form(&parts.headers);
        return see_other(&if error.status() == 401 {
            login_url(&page)
        } else {
            format!("{page}?error={}", error.code())
        });
    }
    set_status(error.status());
    if let Some(seconds) = error.retry_after_secs() {
        response.insert_header(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// Whether a browser posted a form itself, without the app.
pub fn is_plain_form(request: &Parts) -> bool {
    request.method == Method::POST
        && text(&request.headers, &ACCEPT).is_some_and(|types| types.contains("text/html"))
}

/// The path of the page that holds the form: the browser's word for it, so only a path of this site is taken.
fn page_of_form(headers: &HeaderMap) -> String {
    let referer = text(headers, &REFERER).and_then(|referer| referer.parse::<Uri>().ok());
    let path = referer.as_ref().map(Uri::path);
    ReturnTo::parse_or_home(path).as_str().to_owned()
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{answer_error, answer_form, page_of_form};
    use crate::AuthError;
    use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header, request::Parts};
    use leptos::prelude::{Owner, provide_context};
    use leptos_axum::ResponseOptions;

    fn request(method: Method, accept: &'static str, referer: &'static str) -> Parts {
        let mut request = Request::new(());
        *request.method_mut() = method;
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        headers.insert(header::REFERER, HeaderValue::from_static(referer));
        request.into_parts().0
    }

    /// Status and Location that `act` gives the answer to `request`.
    fn answered(request: Parts, act: impl FnOnce()) -> (Option<StatusCode>, Option<String>) {
        let response = ResponseOptions::default();
        let owner = Owner::new();
        owner.with(|| {
            provide_context(request);
            provide_context(response.clone());
            act();
        });
        let parts = response.0.read().unwrap();
        let location = parts
            .headers
            .get(header::LOCATION)
            .map(|location| location.to_str().unwrap().to_owned());
        (parts.status, location)
    }

    const FORM: &str = "text/html,application/xhtml+xml";
    const PAGE: &str = "http://localhost:3000/products?error=old";

    #[test]
    fn a_program_gets_the_status_of_the_error() {
        let post = request(Method::POST, "application/json", PAGE);
        let (status, location) = answered(post, || answer_error(&AuthError::SignInRequired));
        assert_eq!(status, Some(StatusCode::UNAUTHORIZED));
        assert_eq!(location, None);
    }

    #[test]
    fn a_plain_form_comes_back_to_its_page_with_a_code_and_nothing_else() {
        let post = request(Method::POST, FORM, PAGE);
        let (status, location) = answered(post, || answer_error(&AuthError::StoreUnavailable));
        assert_eq!(status, Some(StatusCode::SEE_OTHER));
        assert_eq!(
            location.as_deref(),
            Some("/products?error=store_unavailable")
        );
    }

    #[test]
    fn a_plain_form_without_a_session_goes_to_the_login_and_comes_back() {
        let post = request(Method::POST, FORM, PAGE);
        let (status, location) = answered(post, || answer_error(&AuthError::SignInRequired));
        assert_eq!(status, Some(StatusCode::SEE_OTHER));
        assert_eq!(
            location.as_deref(),
            Some("/auth/login?returnTo=%2Fproducts")
        );
    }

    #[test]
    fn a_read_opened_like_a_page_keeps_its_status() {
        let get = request(Method::GET, FORM, PAGE);
        let (status, location) = answered(get, || answer_error(&AuthError::SignInRequired));
        assert_eq!(status, Some(StatusCode::UNAUTHORIZED));
        assert_eq!(location, None);
    }

    #[test]
    fn a_waiting_time_is_sent_as_retry_after() {
        let response = ResponseOptions::default();
        Owner::new().with(|| {
            provide_context(request(Method::GET, "application/json", PAGE));
            provide_context(response.clone());
            answer_error(&AuthError::ProviderUnavailable {
                retry_after_secs: Some(30),
            });
        });
        let parts = response.0.read().unwrap();
        assert_eq!(parts.headers[header::RETRY_AFTER], "30");
    }

    #[test]
    fn a_form_that_went_well_goes_on_but_only_without_the_app() {
        let plain = answered(request(Method::POST, FORM, PAGE), || {
            answer_form("/products");
        });
        assert_eq!(
            plain,
            (Some(StatusCode::SEE_OTHER), Some("/products".into()))
        );
        let by_app = answered(request(Method::POST, "application/json", PAGE), || {
            answer_form("/products");
        });
        assert_eq!(by_app, (None, None));
    }

    #[test]
    fn the_way_back_never_leaves_the_site() {
        for referer in [
            "http://localhost:3000//evil.example/x",
            "//evil.example",
            "http://localhost:3000/\\evil.example",
            "javascript:alert(1)",
            "about:blank",
            "",
        ] {
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_str(referer) {
                headers.insert(header::REFERER, value);
            }
            assert_eq!(page_of_form(&headers), "/", "{referer}");
        }
    }
}
