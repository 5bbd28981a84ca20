//! The URL to which a logout redirects the browser.

use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use url::{Position, Url};

use crate::{
    activity_log::quoted,
    http::redirect,
    pages::{error_page::ErrorPage, logout::LoggedOutPage},
    sso,
    store::applications::Application,
};

/// Removes the cookie and redirects to `target`, or shows a page of the tenant if there is none.
pub(super) fn logged_out(target: Option<&Url>) -> Response {
    let mut response = match target {
        Some(target) => redirect(target.as_str()),
        None => LoggedOutPage.into_response(),
    };
    sso::cookie::remove(&mut response);
    response
}

/// Describes the destination of the browser for the activity log.
pub(super) fn describe(target: Option<&Url>) -> String {
    match target {
        Some(url) => format!(
            "the browser was redirected to {}",
            quoted(&url[..Position::AfterPath])
        ),
        None => "the browser was shown a page of the tenant".to_owned(),
    }
}

/// Returns the error page for a URL that the application has not registered.
pub(super) fn not_registered(
    parameter: &str,
    url: &str,
    application: Option<&Application>,
) -> ErrorPage {
    let fix = match application {
        Some(application) => format!(
            "Allowed Logout URLs of the application {}: {}.",
            application.name,
            application.logout_urls.join(", ")
        ),
        None => {
            "Send client_id or id_token_hint, so that the application's Allowed Logout URLs apply."
                .to_owned()
        }
    };
    ErrorPage::new(
        StatusCode::BAD_REQUEST,
        "The logout URL is not allowed",
        &format!(
            "The provided {parameter} {} is not in the list of allowed logout URLs.",
            quoted(url)
        ),
        &fix,
    )
}
