//! Leads a user whose login is not recent or strong enough through another login, and keeps the form that they posted.

mod draft;
mod page;
mod requests;
mod require;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Method};

use self::draft::Draft;
pub use self::requests::{STEP_UP_HEADER, StepUpRequests};
pub(crate) use self::{
    page::StepUpPages,
    require::{refuse_without_step_up, require_step_up},
};
use super::{
    Guard,
    return_page::{form_page, return_page},
};
use crate::{
    events::{AuthEvent, RequestRefusal},
    kept_form::KeptForms,
    request::RequestKind,
    responses::see_other,
    session::{CurrentUser, NotSignedIn},
    step_up::StepUpRequired,
    store::LoginId,
};

/// State of [`offer_step_up`].
#[derive(Clone, Debug)]
pub(crate) struct StepUpGuard {
    pub(crate) guard: Guard,
    pub(crate) forms: KeptForms,
}

/// What the layer has to know of a request after its response.
struct Asked {
    requests: StepUpRequests,
    login: LoginId,
    draft: Option<Draft>,
    kind: RequestKind,
    is_read: bool,
    is_data: bool,
    /// Whether the request sends a kept form.
    is_resumed: bool,
}

/// Layer that completes the response to a request whose login is not recent or strong enough.
///
/// A navigation is redirected to the login. A form is kept until then, also that of a script, whose response names the
/// login. A request that sends a kept form is not redirected again, so a login that does not help does not loop.
pub(crate) async fn offer_step_up(
    State(state): State<StepUpGuard>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(asked) = Asked::of(&state, &request) else {
        return next.run(request).await;
    };
    request.extensions_mut().insert(asked.requests.clone());
    let mut response = next.run(request).await;
    if let Some(required) = response.extensions_mut().remove::<StepUpRequired>() {
        let login_url = asked.requests.login_url(&required.0);
        let response = required.response(Some(&login_url));
        return asked.respond(&state, required, None, response).await;
    }
    match asked.requests.take() {
        Some((required, error)) => asked.respond(&state, required, error, response).await,
        None => response,
    }
}

impl Asked {
    /// Returns `None` if no user is signed in.
    fn of(state: &StepUpGuard, request: &Request) -> Option<Self> {
        let Some(CurrentUser::SignedIn(user)) = request.extensions().get() else {
            return None;
        };
        let guard = &state.guard;
        let routes = guard.config.shared_routes();
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        let is_data = guard.is_data_route(request);
        let is_resumed = request.uri().path() == routes.local(routes.resume_path());
        let page = if is_read && !is_data {
            return_page(&guard.config, request)
        } else {
            form_page(&guard.config, request)
        };
        let draft = (!is_resumed)
            .then(|| Draft::of(request, user, &page, || state.forms.new_id()))
            .flatten();
        let return_to = match &draft {
            Some(draft) => routes.resume_return_to(&draft.id),
            None => page,
        };
        Some(Self {
            requests: StepUpRequests::new(
                routes,
                return_to,
                user.organization().map(|own| own.id().to_owned()),
            ),
            login: user.login(),
            draft,
            kind: RequestKind::of(request.method(), request.headers()),
            is_read,
            is_data,
            is_resumed,
        })
    }

    /// Returns the response. `response` is that for a program.
    async fn respond(
        self,
        state: &StepUpGuard,
        required: StepUpRequired,
        error: Option<String>,
        mut response: Response,
    ) -> Response {
        let guard = &state.guard;
        guard.events.emit(&AuthEvent::RequestRefused {
            login: Some(self.login),
            reason: RequestRefusal::StepUpRequired,
        });
        let is_navigation = self.kind == RequestKind::Navigation;
        let login_url = self.requests.login_url(&required.0);
        if self.is_resumed {
            return page::not_enough(&guard.config).into_response();
        }
        let is_kept = self.draft.is_some();
        if let Some(draft) = self.draft {
            let kept = draft.id.clone();
            let form = draft.into_form(required.0, error);
            if let Err(error) = state.forms.keep(&kept, form).await {
                tracing::error!(%error, "failed to keep a form for a login");
                return if is_navigation {
                    page::not_kept(&guard.config).into_response()
                } else {
                    NotSignedIn::Unavailable.into_response()
                };
            }
        }
        match (is_navigation, self.is_read) {
            (true, true) if self.is_data => response,
            (true, _) if self.is_read || is_kept => see_other(&login_url),
            (true, _) => page::too_large(&guard.config, &login_url).into_response(),
            (false, _) => {
                if is_kept && let Ok(url) = HeaderValue::from_str(&login_url) {
                    response.headers_mut().insert(STEP_UP_HEADER, url);
                }
                response
            }
        }
    }
}
