//! The layer that compares the user of a page with the user of its request.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, Uri, header};
use url::form_urlencoded;

use super::Guard;
use crate::{
    page::Page,
    page_user::{CURRENT_USER_HEADER, PAGE_USER_FIELD, PageUser, page_user_of},
    request::{RequestKind, is_state_changing, original_uri},
    responses::json_error_with_code,
    return_to::ReturnTo,
    session::{CurrentUser, SignedInUser},
};

/// The layer: answers 409 to a request of a page that was rendered for another user than the one of the request, and
/// tells every page for which user its answer is.
pub(crate) async fn check_page_user(
    State(guard): State<Guard>,
    request: Request,
    next: Next,
) -> Response {
    let logout = guard.config.routes().logout_path();
    let mut user = request.extensions().get::<CurrentUser>().cloned();
    let (page, mut request) = page_user_of(request).await;
    // The page keeps the value that it has: after a rotation of the secret the same user has another one.
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
            if !may_run(&page, user, &request, logout) =>
        {
            refuse(&request, &page, user)
        }
        (page, _) => {
            if let Some(page) = page {
                request.extensions_mut().insert(page);
            }
            next.run(request).await
        }
    };
    if let Some(page) = user.and_then(|user| user.page_user()) {
        tell(&mut response, &page);
    }
    response
}

/// Whether a request of a page for `page` may run in the name of `user`.
///
/// - The page of an anonymous visitor may read: it shows no one's data, and learns from the answer who is signed in. It
///   may change nothing, since its user does not see in whose name that would happen.
/// - A logout ends the session of this browser, also that of another user: a click on "Log out" must not leave one behind.
///
/// A request without a user needs no comparison: nothing can happen in another's name, and guards answer it.
fn may_run(page: &PageUser, user: &SignedInUser, request: &Request, logout: &str) -> bool {
    let reads = !is_state_changing(request.method(), request.headers());
    user.page.is_some() || (page.is_anonymous() && reads) || request.uri().path() == logout
}

fn refuse(request: &Request, page: &PageUser, user: &SignedInUser) -> Response {
    tracing::info!(
        method = %request.method(), path = original_uri(request).path(), login = ?user.login,
        "request refused: its page was rendered for another user"
    );
    let kind = RequestKind::of(request.method(), request.headers());
    if matches!(kind, RequestKind::Navigation | RequestKind::Embedded) {
        return notice(request, page, user).into_response();
    }
    json_error_with_code(
        StatusCode::CONFLICT,
        "user_changed",
        "the page was rendered for another user than the one who is signed in now",
    )
}

/// The page for a person whose form was refused.
fn notice(request: &Request, page: &PageUser, user: &SignedInUser) -> Page {
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
            "{who}, so nothing was done. Open the page again before you continue."
        ))
        .link("Open the page again", way_back(request))
        .link("Go to the start page", "/")
}

/// The page that holds the form: the browser's word for it, so only a path of this site is taken. What was opened with
/// the value in its query is its own page, without the value.
fn way_back(request: &Request) -> String {
    let path = if request.method().is_safe() {
        Some(without_page_user(original_uri(request)))
    } else {
        let referer = request.headers().get(header::REFERER);
        referer
            .and_then(|referer| referer.to_str().ok()?.parse::<Uri>().ok())
            .map(|referer| without_page_user(&referer))
    };
    ReturnTo::parse_or_home(path.as_deref()).into()
}

fn without_page_user(uri: &Uri) -> String {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .filter(|(name, _)| name != PAGE_USER_FIELD);
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let question_mark = if query.is_empty() { "" } else { "?" };
    [uri.path(), question_mark, &query].concat()
}

/// An answer that a cache may keep is not for one user: it says nothing.
fn tell(response: &mut Response, page: &PageUser) {
    let is_kept = response
        .headers()
        .get(header::CACHE_CONTROL)
        .is_some_and(|value| !String::from_utf8_lossy(value.as_bytes()).contains("no-store"));
    if !is_kept && let Ok(value) = HeaderValue::from_str(page.as_str()) {
        response.headers_mut().insert(CURRENT_USER_HEADER, value);
    }
}
