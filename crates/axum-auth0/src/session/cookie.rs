//! The session's cookie.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::HeaderValue;
use time::Duration;
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite as Same, session::Id};

use super::ABSOLUTE;
use crate::{
    config::{CookieSettings, SameSite},
    cookies,
    engine::Engine,
    stores::SessionRecords,
};

/// tower-sessions, set up as the configuration says.
pub(crate) fn layer(
    records: SessionRecords,
    settings: &CookieSettings,
) -> SessionManagerLayer<SessionRecords> {
    let layer = SessionManagerLayer::new(records)
        .with_name(settings.name.clone())
        .with_http_only(true)
        .with_secure(settings.secure)
        .with_path(settings.path.clone())
        .with_same_site(match settings.same_site {
            SameSite::Lax => Same::Lax,
            SameSite::None => Same::None,
        })
        .with_expiry(if settings.transient {
            Expiry::OnSessionEnd
        } else {
            Expiry::OnInactivity(Duration::seconds(ABSOLUTE))
        });
    match &settings.domain {
        Some(domain) => layer.with_domain(domain.clone()),
        None => layer,
    }
}

/// The layer in front of tower-sessions: the session's cookie survives whatever its neighbours are.
pub(crate) async fn protect_cookie(
    State(engine): State<Arc<Engine>>,
    mut request: Request,
    next: Next,
) -> Response {
    let name = &engine.config().cookie.name;
    cookies::protect_session_cookie(request.headers_mut(), name, |value| {
        value.parse::<Id>().is_ok()
    });
    next.run(request).await
}

/// The header that takes the cookie out of the browser.
///
/// tower-sessions 0.15.0 leaves `Secure` out of its own, and a browser refuses that for a `__Host-` name; so a logout
/// sends this one beside it.
pub(crate) fn removal(settings: &CookieSettings) -> Option<HeaderValue> {
    let secure = if settings.secure { "; Secure" } else { "" };
    let domain = settings
        .domain
        .as_ref()
        .map(|domain| format!("; Domain={domain}"))
        .unwrap_or_default();
    let header = format!(
        "{}=; Path={}{domain}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly{secure}; SameSite=Lax",
        settings.name, settings.path
    );
    HeaderValue::from_str(&header).ok()
}
