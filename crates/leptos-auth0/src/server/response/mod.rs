//! The response to the current request: statuses for programs, redirects for forms that the browser itself posts.
//!
//! Without the redirect, a browser without JavaScript would show JSON. The server function's own redirect puts the
//! whole error into the URL, so this one replaces it.

use super::request;
use axum_auth0::FailedForms;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{ACCEPT, LOCATION, RETRY_AFTER, SET_COOKIE},
    request::Parts,
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Sets the status of the response. An invalid number is ignored.
pub fn set_status(status: u16) {
    if let (Some(response), Ok(status)) = (
        use_context::<ResponseOptions>(),
        StatusCode::from_u16(status),
    ) {
        response.set_status(status);
    }
}

/// Sets status and `Retry-After` of a page that shows an error. The response to a HEAD request is not changed, because
/// the failed operation was not attempted.
pub(crate) fn set_page_status(status: u16, retry_after_secs: Option<u32>) {
    if use_context::<Parts>().is_some_and(|parts| parts.method == Method::HEAD) {
        return;
    }
    set_status(status);
    if let Some(response) = use_context::<ResponseOptions>() {
        set_retry_after(&response, retry_after_secs);
    }
}

/// Redirects with 303 to `location`, a path of this site, regardless of the request's `Accept` header.
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

/// Redirects a form that the browser itself posted to `location`, a path of this site (post/redirect/get). Does nothing
/// for a call by the app.
pub fn redirect_after_form(location: &str) {
    if use_context::<Parts>().is_some_and(|parts| is_plain_form(&parts)) {
        see_other(location);
    }
}

/// Responds with the data of the server function at `path`, even if it is opened like a page. Without this call, the
/// server function redirects such a request to its `Referer`.
pub fn respond_with_data(path: &str) {
    if use_context::<Parts>().is_some_and(|parts| parts.uri.path() == path) {
        set_status(200);
    }
}

/// Responds to a failed server function. Programs get the status. A form that the browser itself posted gets a redirect
/// to the login or to the form's page, which shows the form again with its `error`, the JSON of the error.
pub(crate) fn respond_with_error(status: u16, retry_after_secs: Option<u32>, error: &str) {
    let (Some(parts), Some(response)) = (use_context::<Parts>(), use_context::<ResponseOptions>())
    else {
        return;
    };
    if is_plain_form(&parts) {
        let page = request::return_to_or_home(FailedForms::page_of(&parts).as_deref());
        let page = page.as_str();
        let path = page.split(['?', '#']).next().unwrap_or(page);
        let cookie = parts
            .extensions
            .get::<FailedForms>()
            .and_then(|forms| forms.keep(&parts, path, error));
        if let Some(cookie) = cookie {
            set_cookie_once(&response, cookie);
        }
        return if status == 401 {
            see_other(&request::auth_routes().login_url(page));
        } else {
            see_other(page);
        };
    }
    set_status(status);
    set_retry_after(&response, retry_after_secs);
}

/// Sets the cookie, unless the response sets one of that name: `server_fn` encodes the error of a form twice.
fn set_cookie_once(response: &ResponseOptions, cookie: HeaderValue) {
    let is_set = response.0.read().is_ok_and(|parts| {
        let mut cookies = parts.headers.get_all(SET_COOKIE).iter();
        cookies.any(|other| cookie_name(other) == cookie_name(&cookie))
    });
    if !is_set {
        response.append_header(SET_COOKIE, cookie);
    }
}

fn cookie_name(cookie: &HeaderValue) -> Option<&[u8]> {
    cookie.as_bytes().split(|byte| *byte == b'=').next()
}

fn set_retry_after(response: &ResponseOptions, seconds: Option<u32>) {
    if let Some(seconds) = seconds {
        response.insert_header(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// Returns whether the browser itself posted a form, without the app.
pub fn is_plain_form(request: &Parts) -> bool {
    request.method == Method::POST
        && text(&request.headers, &ACCEPT).is_some_and(|types| types.contains("text/html"))
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests;
