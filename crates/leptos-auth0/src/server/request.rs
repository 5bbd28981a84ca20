//! Reads the data that the engine's layers add to the current request.

use crate::{
    auth_routes::AuthRoutes, auth_snapshot::AuthSnapshot, failed_form::FailedForm, user::User,
};
use axum::extract::OriginalUri;
use axum_auth0::{CurrentUser, DiagnosisVisibility, FailedForms, ReturnTo, Routes, SignedInUser};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use http::{Uri, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use serde_json::Value;
use std::sync::Arc;

/// Returns the user of the current request.
///
/// A request that did not pass the engine's layer is anonymous, so guards fail closed. The same applies to the
/// rendering without a request, when the server lists the app's routes.
pub(crate) fn current_user() -> CurrentUser {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<CurrentUser>().cloned())
        .unwrap_or(CurrentUser::Anonymous)
}

/// Returns the paths of the engine's routes: the configured ones, or the defaults without the engine's layer.
pub(crate) fn auth_routes() -> AuthRoutes {
    use_context::<Parts>()
        .and_then(|parts| {
            let routes = parts.extensions.get::<Arc<Routes>>()?;
            Some(AuthRoutes {
                base_path: routes.base_path().to_owned(),
                login: routes.login_path().to_owned(),
                logout: routes.logout_path().to_owned(),
                profile: routes.profile_path().to_owned(),
            })
        })
        .unwrap_or_default()
}

/// Returns the snapshot of the current request.
pub(crate) fn snapshot() -> AuthSnapshot {
    let (is_unavailable, user) = match current_user() {
        CurrentUser::SignedIn(user) => (false, Some(public_claims(&user))),
        CurrentUser::Anonymous => (false, None),
        CurrentUser::Unavailable => (true, None),
    };
    AuthSnapshot {
        is_unavailable,
        user,
        routes: auth_routes(),
        failed_form: failed_form(),
    }
}

/// Returns the failed form of the page of the current request, and removes its cookie.
fn failed_form() -> Option<FailedForm> {
    let parts = use_context::<Parts>()?;
    let forms = parts.extensions.get::<FailedForms>()?;
    let (form, removal) = forms.take(&parts, uri(&parts).path());
    if let (Some(removal), Some(response)) = (removal, use_context::<ResponseOptions>()) {
        response.append_header(header::SET_COOKIE, removal);
    }
    form.map(|form| FailedForm {
        error: URL_SAFE.encode(&form.error),
        fields: form.urlencoded(),
        action: form.action,
    })
}

/// Returns the URI that the browser requested, which is longer than that of a nested router.
fn uri(parts: &Parts) -> &Uri {
    parts
        .extensions
        .get::<OriginalUri>()
        .map_or(&parts.uri, |original| &original.0)
}

/// Returns path and query of the current request.
pub(crate) fn path_and_query() -> Option<String> {
    let parts = use_context::<Parts>()?;
    Some(uri(&parts).path_and_query()?.as_str().to_owned())
}

/// Returns the page to return to: `text`, or the start page if it is not a page of this site.
pub(crate) fn return_to_or_home(text: Option<&str>) -> ReturnTo {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<Arc<Routes>>().cloned())
        .unwrap_or_default()
        .return_to_or_home(text)
}

/// Returns the claims of `user` that pages may contain.
pub(crate) fn public_claims(user: &SignedInUser) -> User {
    let mut claims = user.public_claims();
    claims.remove("sub");
    let mut text = |claim| match claims.remove(claim)? {
        Value::String(text) => Some(text),
        _ => None,
    };
    let mut public = User {
        sub: user.subject().to_owned(),
        page_user: user.page_user().as_str().to_owned(),
        name: text("name"),
        nickname: text("nickname"),
        given_name: text("given_name"),
        family_name: text("family_name"),
        picture: text("picture").filter(|picture| picture.starts_with("https://")),
        email: text("email"),
        ..User::default()
    };
    public.email_verified = claims
        .remove("email_verified")
        .and_then(|value| value.as_bool());
    if !claims.is_empty() {
        public.claims = serde_json::to_string(&claims).ok();
    }
    public
}

/// Returns whether responses may contain the cause and the fix of a misconfiguration.
pub(crate) fn exposes_diagnoses() -> bool {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<DiagnosisVisibility>().copied())
        .unwrap_or_default()
        .is_exposed()
}
