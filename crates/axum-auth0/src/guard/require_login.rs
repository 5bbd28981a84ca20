//! The decision about requests that require a signed-in user.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::StatusCode;

use super::{Guard, return_page::return_page};
use crate::{
    events::{AuthEvent, RequestRefusal},
    page::Page,
    request::RequestKind,
    responses::see_other,
    session::{CurrentUser, NotSignedIn, SessionAccess},
};

/// Layer in front of a router whose routes all require a signed-in user.
pub(crate) async fn require_login(
    State(guard): State<Guard>,
    request: Request,
    next: Next,
) -> Response {
    match refuse_anonymous(&guard, &request, &[]) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}

/// Returns the response to a request without a signed-in user: a navigation is redirected to the login, all other
/// requests get 401, or 503 if the session store is unavailable. Programs without Fetch Metadata are redirected, too. A
/// form cannot be resubmitted after the login, so the login returns to the page that contains it. `parameters` are those
/// of the login.
pub(super) fn refuse_anonymous(
    guard: &Guard,
    request: &Request,
    parameters: &[(&'static str, String)],
) -> Option<Response> {
    SessionAccess::record(request.extensions());
    let routes = guard.config.routes();
    let is_navigation = RequestKind::of(request.method(), request.headers()).may_start_login();
    let reason = match request.extensions().get::<CurrentUser>() {
        Some(CurrentUser::SignedIn(_)) => return None,
        Some(CurrentUser::Unavailable) => RequestRefusal::StoreUnavailable,
        Some(CurrentUser::Anonymous) | None => RequestRefusal::Anonymous,
    };
    let login = None;
    guard
        .events
        .emit(&AuthEvent::RequestRefused { login, reason });
    let refusal = match (reason, is_navigation) {
        (RequestRefusal::StoreUnavailable, true) => unavailable_page(routes.home_path()),
        (RequestRefusal::StoreUnavailable, false) => NotSignedIn::Unavailable.into_response(),
        (_, true) => {
            let return_to = return_page(&guard.config, request);
            see_other(&routes.login_url_with(&return_to, parameters))
        }
        (_, false) => NotSignedIn::Anonymous.into_response(),
    };
    Some(refusal)
}

fn unavailable_page(home: &str) -> Response {
    Page::new(StatusCode::SERVICE_UNAVAILABLE, "This page is not available right now")
        .paragraph("This site cannot read its sessions at the moment. Nothing is lost; please try again in a moment.")
        .retry_after(5)
        .link("Go to the start page", home)
        .into_response()
}
