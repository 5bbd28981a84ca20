//! The layer that completes responses to errors, which depend on the request.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, header};

use super::{Guard, access::denied_page, return_page::return_page};
use crate::{
    authorization::AccessDenied,
    diagnosis::DiagnosisVisibility,
    events::{AuthEvent, RequestRefusal},
    request::RequestKind,
    responses::{NegotiableError, misconfigured_with_explanation, see_other},
    session::CurrentUser,
};

/// Layer that redirects a navigation to the login if its handler responded that the user has to log in, that shows a page
/// to a user without access, and that adds the explanation of a misconfiguration if it is visible.
///
/// An extractor or an error does not see the request when it becomes a response, so it leaves a [`NegotiableError`].
/// The response of a data route is read by a script, so it is never a redirect.
pub(crate) async fn negotiate_errors(
    State(guard): State<Guard>,
    request: Request,
    next: Next,
) -> Response {
    let routes = guard.config.routes();
    let kind = RequestKind::of(request.method(), request.headers());
    let may_redirect = kind == RequestKind::Navigation
        && !guard.is_data_route(&request)
        && !routes.contains(&routes.full(request.uri().path()));
    let page = may_redirect.then(|| return_page(&guard.config, &request));
    let user = match request.extensions().get() {
        Some(CurrentUser::SignedIn(user)) => Some(user.login()),
        _ => None,
    };
    let mut response = next.run(request).await;
    if let Some(denied) = response.extensions_mut().remove::<AccessDenied>() {
        guard.events.emit(&AuthEvent::RequestRefused {
            login: user,
            reason: RequestRefusal::AccessDenied,
        });
        return match page {
            Some(page) => {
                let login = routes.login_url(&page);
                denied_page(&guard.config, &denied, &login).into_response()
            }
            None => response,
        };
    }
    match response.extensions_mut().remove::<NegotiableError>() {
        Some(NegotiableError::SignInRequired) => match page {
            Some(page) => see_other(&routes.login_url(&page)),
            None => response,
        },
        Some(NegotiableError::OrganizationRequired(organization)) => match page {
            Some(page) => {
                let parameters = [("organization", organization)];
                see_other(&routes.login_url_with(&page, &parameters))
            }
            None => response,
        },
        Some(NegotiableError::Misconfigured(diagnosis))
            if DiagnosisVisibility::of(&guard.config).is_exposed() && is_plain_json(&response) =>
        {
            misconfigured_with_explanation(&diagnosis)
        }
        _ => response,
    }
}

/// Returns whether no layer of the application replaced or encoded the body.
fn is_plain_json(response: &Response) -> bool {
    let headers = response.headers();
    headers.get(header::CONTENT_TYPE) == Some(&HeaderValue::from_static("application/json"))
        && !headers.contains_key(header::CONTENT_ENCODING)
}
