//! The session's cookie.

use http::HeaderValue;
use time::Duration;
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite as Same};

use super::ABSOLUTE;
use crate::{
    config::{CookieSettings, SameSite},
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
            SameSite::Strict => Same::Strict,
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
