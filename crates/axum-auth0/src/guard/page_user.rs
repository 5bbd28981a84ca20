//! The layer that compares the user of a page with the user of its request.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};

use super::{Guard, return_page::return_page};
use crate::{
    config::Config,
    events::{AuthEvent, RequestRefusal, TARGET},
    page::Page,
    page_user::{CURRENT_USER_HEADER, PageUser, extract_page_user},
    request::{RequestKind, is_state_changing, original_uri},
    responses::json_error_with_code,
    session::{CurrentUser, SESSION_EXPIRES_HEADER, SignedInUser},
};

/// Layer that responds with 409 if the page of the request was rendered for another user, and adds the current user to
/// responses.
pub(crate) async fn check_page_user(
    State(guard): State<Guard>,
    request: Request,
    next: Next,
) -> Response {
    let mut user = request.extensions().get::<CurrentUser>().cloned();
    let (page, mut request) = extract_page_user(request).await;
    // Keeps the value of the page. After a secret rotation, the current value of the same user differs.
    if let (Some(page), Some(CurrentUser::SignedIn(user))) = (&page, &mut user)
        && user.is_user_of(page)
    {
        user.page = Some(page.clone());
        request
            .extensions_mut()
            .insert(CurrentUser::SignedIn(user.clone()));
    }
    let mut response = match (page, &user) {
        (Some(page), Some(CurrentUser::SignedIn(user)))
            if !is_allowed(&guard.config, &page, user, &request) =>
        {
            conflict(&guard, &request, &page, user)
        }
        (page, _) => {
            if let Some(page) = page {
                request.extensions_mut().insert(page);
            }
            next.run(request).await
        }
    };
    if let Some(user) = user
        && !is_cacheable(&response)
    {
        describe_session(&mut response, &user);
    }
    response
}

/// Returns whether a request of a page for `page` may run for `user`.
///
/// - A page that was rendered without a session may read: it shows no user's data, and gets the signed-in user from the
///   response. It may not write, because it does not show which user the change applies to.
/// - A logout may end the session of another user: a click on "Log out" must always end the session.
///
/// Anonymous requests are not checked; guards handle them.
fn is_allowed(config: &Config, page: &PageUser, user: &SignedInUser, request: &Request) -> bool {
    let reads = !is_state_changing(request.method(), request.headers());
    user.page.is_some()
        || (page.is_anonymous() && reads)
        || request.uri().path() == config.routes().local(config.routes().logout_path())
}

fn conflict(guard: &Guard, request: &Request, page: &PageUser, user: &SignedInUser) -> Response {
    let reason = RequestRefusal::PageUserMismatch;
    let login = Some(user.login());
    let event = AuthEvent::RequestRefused { login, reason };
    tracing::info!(
        target: TARGET,
        method = %request.method(), path = original_uri(request).path(), login = ?user.login(),
        event = event.name(), reason = reason.as_str(),
        "request refused: its page was rendered for another user"
    );
    guard.events.emit_logged(&event);
    let kind = RequestKind::of(request.method(), request.headers());
    if matches!(kind, RequestKind::Navigation | RequestKind::Embedded) {
        return conflict_page(&guard.config, request, page, user).into_response();
    }
    json_error_with_code(
        StatusCode::CONFLICT,
        "user_changed",
        "the page was rendered for another user than the one who is signed in now",
    )
}

fn conflict_page(config: &Config, request: &Request, page: &PageUser, user: &SignedInUser) -> Page {
    let (title, why) = if page.is_anonymous() {
        (
            "You have logged in since",
            "The page that you sent this from was opened before.",
        )
    } else {
        (
            "Someone else is signed in now",
            "The page that you sent this from belongs to another user.",
        )
    };
    let name: Option<String> = user.claim("name");
    let who = name.map_or_else(
        || "Another user is signed in to this browser now".to_owned(),
        |name| format!("You are now signed in as {name}"),
    );
    Page::new(StatusCode::CONFLICT, title)
        .paragraph(why)
        .paragraph(format!(
            "{who}, so your request was refused. Open the page again before you continue."
        ))
        .link("Open the page again", return_page(config, request))
        .link("Go to the start page", config.routes().home_path())
}

/// Returns whether caches may store the response. It is then not specific to a user.
fn is_cacheable(response: &Response) -> bool {
    response
        .headers()
        .get(header::CACHE_CONTROL)
        .is_some_and(|value| !String::from_utf8_lossy(value.as_bytes()).contains("no-store"))
}

/// Adds the current user and the end of the session to the response.
fn describe_session(response: &mut Response, user: &CurrentUser) {
    let headers = response.headers_mut();
    if let Some(page) = user.page_user()
        && let Ok(value) = HeaderValue::from_str(page.as_str())
    {
        headers.insert(CURRENT_USER_HEADER, value);
    }
    if let CurrentUser::SignedIn(user) = user
        && let Some(value) = user.session_expiry().header_value()
    {
        headers.insert(SESSION_EXPIRES_HEADER, value);
    }
}
