//! Pages and routers that require roles, permissions or scopes.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::StatusCode;

use super::{Guard, protected_pages::ProtectedPages, require_login::refuse_anonymous};
use crate::{
    authorization::{AccessDenied, Requirement},
    config::Config,
    page::Page,
    request::RequestKind,
    session::{AccessError, CurrentUser},
    tokens::TokenError,
};

/// The pages that require roles, permissions or scopes.
#[derive(Clone, Debug, Default)]
pub(crate) struct AccessPages(Vec<(ProtectedPages, Requirement)>);

impl AccessPages {
    pub(crate) fn add(
        &mut self,
        requirement: Requirement,
        pages: impl IntoIterator<Item = String>,
    ) {
        let mut protected = ProtectedPages::default();
        protected.list(pages);
        self.0.push((protected, requirement));
    }

    /// Returns what a page requires that has one of these paths; `None` if nothing.
    pub(crate) fn required(&self, paths: &[&str]) -> Option<Requirement> {
        let is_page = |pages: &ProtectedPages| paths.iter().any(|path| pages.contains(path));
        let required = self.0.iter().filter(|(pages, _)| is_page(pages));
        required
            .map(|(_, requirement)| requirement.clone())
            .reduce(Requirement::and)
    }
}

/// Layer in front of a router whose routes all require roles, permissions or scopes.
pub(crate) async fn require_access(
    State((guard, requirement)): State<(Guard, Requirement)>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(refusal) = refuse_anonymous(&guard, &request, &[]) {
        return refusal;
    }
    let refusal = refuse_without_access(&guard, &request, requirement);
    match refusal.await {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}

/// Returns the response to a signed-in user without access. The future does not borrow the request, whose body is not `Sync`.
pub(super) fn refuse_without_access(
    guard: &Guard,
    request: &Request,
    requirement: Requirement,
) -> impl Future<Output = Option<Response>> + Send + use<> {
    let user = match request.extensions().get() {
        Some(CurrentUser::SignedIn(user)) => Some(user.clone()),
        // Another guard refuses it.
        _ => None,
    };
    let kind = RequestKind::of(request.method(), request.headers());
    let is_page = kind == RequestKind::Navigation && !guard.is_data_route(request);
    let home = guard.config.routes().home_path().to_owned();
    async move {
        let error = user?.require_access(&requirement).await.err()?;
        Some(match error {
            AccessError::Token(
                TokenError::ProviderUnavailable { .. } | TokenError::StoreUnavailable,
            ) if is_page => unavailable_page(&home),
            error => error.into_response(),
        })
    }
}

/// The page if the scopes of a user are unknown.
fn unavailable_page(home: &str) -> Response {
    Page::new(StatusCode::SERVICE_UNAVAILABLE, "This page is not available right now")
        .paragraph("This site cannot check at the moment whether you have access to it. Please try again in a moment.")
        .retry_after(5)
        .link("Go to the start page", home)
        .into_response()
}

/// The page for a user without access.
pub(super) fn denied_page(config: &Config, denied: &AccessDenied, login: &str) -> Page {
    let missing: Vec<_> = denied.missing.iter().map(ToString::to_string).collect();
    let sentence = if missing.is_empty() {
        "Your account is not allowed to open this.".to_owned()
    } else {
        format!("Your account lacks {}.", missing.join(" and "))
    };
    Page::new(StatusCode::FORBIDDEN, "You do not have access to this")
        .paragraph(sentence)
        .paragraph("If you received it a short time ago, log in again. Otherwise ask the operator of this site.")
        .link("Log in again", login)
        .link("Go to the start page", config.routes().home_path())
}
