//! The route that sends a kept form after its user has logged in.
//!
//! The login returns to a page with a button, which a script presses. Only the POST of that page sends the form: a link
//! or a prefetch has no effect.

mod dispatch;
mod pages;

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::{RawQuery, Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, header};
use tower::ServiceExt as _;
use url::form_urlencoded;

use crate::{
    config::Config,
    failed_form::FailedForms,
    kept_form::{KeptForm, KeptForms, NotSendable},
    request::{PostedForm, RequestKind},
    responses::{NegotiableError, no_content, see_other},
    session::{CurrentUser, SignedInUser},
};

/// The parameter with the identifier of the form.
pub(crate) const FORM: &str = "form";

/// The parameter of the button that does not send the form.
const CANCEL: &str = "cancel";

/// State of the route.
#[derive(Clone)]
pub(crate) struct ResumeState {
    pub(crate) config: Arc<Config>,
    pub(crate) forms: KeptForms,
    pub(crate) failed_forms: FailedForms,
    /// The application, behind the guards of its pages.
    pub(crate) app: Router,
}

/// Shows the button that sends the form.
pub(crate) async fn show(
    State(state): State<ResumeState>,
    Extension(user): Extension<CurrentUser>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    // The script of a prerendered page would send the form before the user opens the page.
    if RequestKind::of(&method, &headers) == RequestKind::Speculative {
        return no_content();
    }
    let query = query.unwrap_or_default();
    match state.find(&user, parameter(query.as_bytes(), FORM)).await {
        Ok((user, id, form)) => pages::ready(&state.config, user, &id, &form).into_response(),
        Err(refusal) => refusal,
    }
}

/// Sends the form once, or returns to its page.
pub(crate) async fn send(State(state): State<ResumeState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let posted = parts.extensions.get::<PostedForm>().cloned();
    let posted = posted.map(|form| form.0).unwrap_or_default();
    let user = parts.extensions.get().cloned().unwrap_or_default();
    let (_, id, form) = match state.find(&user, parameter(&posted, FORM)).await {
        Ok(found) => found,
        Err(refusal) => return refusal,
    };
    match state.forms.consume(&id).await {
        Ok(true) => {}
        Ok(false) => return pages::gone(&state.config).into_response(),
        Err(error) => {
            tracing::error!(%error, "kept form not sent");
            return pages::unavailable(&state.config).into_response();
        }
    }
    let Some(request) = dispatch::request(&form, parts, state.config.base_url()) else {
        return pages::gone(&state.config).into_response();
    };
    if parameter(&posted, CANCEL).is_some() {
        return state.back_to_page(&form, request);
    }
    let response = match state.app.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    match response.extensions().get() {
        // The engine's layers do not redirect requests of its own routes.
        Some(NegotiableError::SignInRequired) => {
            see_other(&state.config.routes().login_url(&form.page))
        }
        _ => response,
    }
}

impl ResumeState {
    /// Returns the user, and the form with its identifier, if this user may send it.
    async fn find<'u>(
        &self,
        user: &'u CurrentUser,
        id: Option<String>,
    ) -> Result<(&'u SignedInUser, String, KeptForm), Response> {
        let user = match user {
            CurrentUser::SignedIn(user) => user,
            CurrentUser::Anonymous => return Err(pages::signed_out(&self.config).into_response()),
            CurrentUser::Unavailable => {
                return Err(pages::unavailable(&self.config).into_response());
            }
        };
        let id = id.unwrap_or_default();
        let form = match self.forms.load(&id).await {
            Ok(Some(form)) => form,
            Ok(None) => return Err(pages::gone(&self.config).into_response()),
            Err(error) => {
                tracing::error!(%error, "kept form not read");
                return Err(pages::unavailable(&self.config).into_response());
            }
        };
        match form.check(user, self.forms.now()) {
            Ok(()) => Ok((user, id, form)),
            Err(NotSendable::OtherSession) => {
                tracing::info!("kept form dropped: another user or session");
                self.forms.drop_form(&id).await;
                Err(pages::other_session(&self.config).into_response())
            }
            Err(NotSendable::StepUp(unmet)) => {
                Err(pages::not_satisfied(&self.config, user, (&id, &form), unmet).into_response())
            }
        }
    }

    /// Redirects to the page of the form, which shows what the user typed.
    fn back_to_page(&self, form: &KeptForm, request: Request) -> Response {
        let mut response = see_other(form.page.as_str());
        let (parts, _) = request.into_parts();
        if let Some(error) = &form.error
            && let Some(cookie) = self.failed_forms.keep(&parts, form.page.path(), error)
        {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

fn parameter(pairs: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(pairs)
        .find(|(given, _)| given == name)
        .map(|(_, value)| value.into_owned())
}
