//! Reads the data that the engine's layers add to the current request.

use super::session_end_text;
use crate::{
    auth_routes::AuthRoutes,
    auth_snapshot::AuthSnapshot,
    failed_form::FailedForm,
    session_end::{RemainingSession, SessionLimit},
    user::{Organization, User},
};
use axum::extract::OriginalUri;
use axum_auth0::{
    CurrentUser, DiagnosisVisibility, FailedForms, ReturnTo, Routes, SessionExpiry, SignedInUser,
};
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
                session: routes.session_path().to_owned(),
                signed_out: routes.signed_out_path().to_owned(),
            })
        })
        .unwrap_or_default()
}

/// Returns the snapshot of the current request.
pub(crate) fn snapshot() -> AuthSnapshot {
    let current = current_user();
    let user = match &current {
        CurrentUser::SignedIn(user) => Some(user),
        CurrentUser::Anonymous | CurrentUser::Unavailable => None,
    };
    AuthSnapshot {
        is_unavailable: matches!(current, CurrentUser::Unavailable),
        user: user.map(public_claims),
        session_end: user.map(|user| remaining(user.session_expiry())),
        routes: auth_routes(),
        failed_form: failed_form(),
    }
}

fn remaining(expiry: SessionExpiry) -> RemainingSession {
    RemainingSession {
        at: expiry.expires_at(),
        left: u32::try_from(expiry.expires_in().as_secs()).unwrap_or(u32::MAX),
        limit: match expiry.limit() {
            axum_auth0::SessionLimit::Inactivity => SessionLimit::Inactivity,
            axum_auth0::SessionLimit::Provider => SessionLimit::Provider,
            // Others that a new login moves.
            _ => SessionLimit::Absolute,
        },
    }
}

/// Returns a paragraph that says when the session of the current request ends, or an empty string.
pub(crate) fn session_end_html() -> String {
    let CurrentUser::SignedIn(user) = current_user() else {
        return String::new();
    };
    let expiry = user.session_expiry();
    session_end_text::session_end_html(expiry, remaining(expiry).limit).unwrap_or_default()
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
    let login = user.authentication();
    let mut public = User {
        sub: user.subject().to_owned(),
        page_user: user.page_user().as_str().to_owned(),
        name: text("name"),
        nickname: text("nickname"),
        given_name: text("given_name"),
        family_name: text("family_name"),
        picture: text("picture").filter(|picture| picture.starts_with("https://")),
        email: text("email"),
        auth_time: login.auth_time(),
        acr: login.acr().map(str::to_owned),
        amr: login.amr().to_vec(),
        organization: user.organization().map(|own| Organization {
            id: own.id().to_owned(),
            name: own.name().map(str::to_owned),
        }),
        roles: owned(user.public_roles()),
        permissions: owned(user.public_permissions()),
        actor: user.actor().map(str::to_owned),
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

fn owned(values: Vec<&str>) -> Vec<String> {
    values.into_iter().map(str::to_owned).collect()
}

/// Returns whether responses may contain the cause and the fix of a misconfiguration.
pub(crate) fn exposes_diagnoses() -> bool {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<DiagnosisVisibility>().copied())
        .unwrap_or_default()
        .is_exposed()
}
