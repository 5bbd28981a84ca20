//! Silent login: signs an anonymous visitor in without a page of the provider, if the provider has a session (OpenID Connect
//! Core 1.0 §3.1.2.1, `prompt=none`).
//!
//! It is a top-level navigation, because browsers block the provider's cookies in frames. A cookie marks the visit before the
//! navigation, so a provider without a session causes one round trip.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderValue, Method, header};

use super::{Guard, return_page::return_page};
use crate::{
    request::{RequestKind, original_uri},
    responses::see_other,
    session::{CurrentUser, SessionAccess, SessionCookie},
    silent_login::{self, SILENT},
};

/// Layer that redirects the first navigation of an anonymous visitor to a silent login.
pub(crate) async fn silent_login(
    State(guard): State<Guard>,
    request: Request,
    next: Next,
) -> Response {
    if guard.paths.silent.is_empty() {
        return next.run(request).await;
    }
    if let Some(login) = silent_login_url(&guard, &request) {
        return mark(&guard, see_other(&login));
    }
    let response = next.run(request).await;
    match response.extensions().get() {
        // A user who logged out stays logged out.
        Some(SessionCookie::Remove) => mark(&guard, response),
        _ => response,
    }
}

/// Returns the login, or `None` if the request does not start one.
fn silent_login_url(guard: &Guard, request: &Request) -> Option<String> {
    let (config, headers) = (&guard.config, request.headers());
    let routes = config.routes();
    let path = request.uri().path();
    let below_base = routes.local(original_uri(request).path());
    let silent = &guard.paths.silent;
    let is_page = (silent.contains(path) || silent.contains(below_base))
        && !routes.contains(&routes.full(path))
        && path != routes.local(routes.signed_out_path())
        && path != routes.local(config.logout().return_to().path())
        && !guard.is_data_route(request);
    if !is_page {
        return None;
    }
    SessionAccess::record(request.extensions());
    let is_anonymous = matches!(
        request.extensions().get(),
        Some(CurrentUser::Anonymous) | None
    );
    let is_first_navigation = *request.method() == Method::GET
        && RequestKind::of(request.method(), headers) == RequestKind::Navigation
        && !silent_login::is_marked(headers, config.cookie())
        && !silent_login::is_skipped(request.uri().query());
    (is_anonymous && is_first_navigation).then(|| {
        let page = return_page(config, request);
        routes.login_url_with(&page, &[(SILENT, "true".to_owned())])
    })
}

fn mark(guard: &Guard, mut response: Response) -> Response {
    let marker = silent_login::marker(guard.config.cookie());
    // The name consists of letters, digits and `_`.
    if let Ok(value) = HeaderValue::from_str(&marker.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
