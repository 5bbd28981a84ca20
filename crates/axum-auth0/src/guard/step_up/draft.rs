//! A posted form, before it is known whether it has to wait for a login.

use axum::{body::Bytes, extract::Request};
use http::Method;

use crate::{
    kept_form::KeptForm,
    page_user::PageUser,
    request::{PostedForm, original_uri},
    return_to::ReturnTo,
    session::SignedInUser,
    step_up::StepUp,
    store::LoginId,
};

/// A posted form that can be kept.
pub(super) struct Draft {
    pub(super) id: String,
    action: String,
    original_uri: String,
    body: Bytes,
    page: ReturnTo,
    page_user: Option<PageUser>,
    issuer: String,
    identity: String,
    login: LoginId,
}

impl Draft {
    /// Returns `None` if the request is no POST, or has no form, or one that is too large. A form is sent with POST, so that of
    /// another method would reach another action.
    pub(super) fn of(
        request: &Request,
        user: &SignedInUser,
        page: &ReturnTo,
        id: impl FnOnce() -> String,
    ) -> Option<Self> {
        if *request.method() != Method::POST {
            return None;
        }
        let extensions = request.extensions();
        let body = extensions.get::<PostedForm>()?.0.clone();
        std::str::from_utf8(&body).ok()?;
        Some(Self {
            id: id(),
            action: request.uri().path_and_query()?.as_str().to_owned(),
            original_uri: original_uri(request).path_and_query()?.as_str().to_owned(),
            body,
            page: page.clone(),
            page_user: extensions.get().cloned(),
            issuer: user.login.issuer().to_owned(),
            identity: user.page_identity().into_owned(),
            login: user.login(),
        })
    }

    pub(super) fn into_form(self, step_up: StepUp, error: Option<String>) -> KeptForm {
        KeptForm {
            action: self.action,
            original_uri: self.original_uri,
            body: String::from_utf8_lossy(&self.body).into_owned(),
            page: self.page,
            page_user: self.page_user.map(|page| page.as_str().to_owned()),
            issuer: self.issuer,
            identity: self.identity,
            login: self.login,
            step_up,
            error,
        }
    }
}
