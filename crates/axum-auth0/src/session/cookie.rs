//! The session cookie. tower-sessions reads it and decides when it changes; this module writes `Set-Cookie`.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use cookie::{Cookie, CookieBuilder};
use http::{HeaderMap, HeaderValue, header};
use time::Duration;
use tower_sessions::{Expiry, SessionManagerLayer, session::Id};

use super::{SessionRecords, cache_policy::forbid_storing, id};
use crate::{
    config::{Config, CookieSettings, SameSite},
    request::cookies,
    seal::Keyring,
};

/// Response extension that overrides what tower-sessions does with the session cookie.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionCookie {
    /// Sets the cookie to this session.
    Set(Id),
    /// Removes the cookie.
    Remove,
}

/// Returns the tower-sessions layer.
pub(crate) fn layer(
    records: SessionRecords,
    config: &Config,
) -> SessionManagerLayer<SessionRecords> {
    let settings = config.cookie();
    let layer = SessionManagerLayer::new(records)
        .with_name(settings.name().to_owned())
        .with_http_only(true)
        .with_secure(settings.secure())
        .with_path(settings.path().to_owned())
        .with_same_site(same_site(settings))
        .with_expiry(match max_age(config) {
            Some(max_age) => Expiry::OnInactivity(max_age),
            None => Expiry::OnSessionEnd,
        });
    match settings.domain() {
        Some(domain) => layer.with_domain(domain.to_owned()),
        None => layer,
    }
}

/// Layer in front of tower-sessions that removes cookies from the request that hide the session cookie. If several
/// cookies have its name, those that this site issued count.
pub(crate) async fn protect_cookie(
    State(config): State<Arc<Config>>,
    State(keys): State<Keyring>,
    mut request: Request,
    next: Next,
) -> Response {
    let name = config.cookie().name();
    cookies::protect_session_cookie(request.headers_mut(), name, |value| {
        let id = value.parse::<Id>();
        id.is_ok_and(|id| id::is_ours(&keys, id))
    });
    next.run(request).await
}

/// Layer around tower-sessions that sends at most one `Set-Cookie` with the name of the session, with the attributes
/// that browsers require for the name.
///
/// tower-sessions 0.15.0 omits `Secure` from a removal, which a browser rejects for a `__Host-` name. It also removes
/// every cookie that is not in the store, including cookies of another application on this host.
pub(crate) async fn write_cookie(
    State(config): State<Arc<Config>>,
    State(keys): State<Keyring>,
    request: Request,
    next: Next,
) -> Response {
    let name = config.cookie().name();
    let may_remove = may_remove(request.headers(), name, &keys);
    let mut response = next.run(request).await;
    let decision = response.extensions_mut().remove::<SessionCookie>();
    let headers = response.headers_mut();
    apply(decision, &config, may_remove, headers);
    if has_cookie(headers, name) {
        forbid_storing(headers);
    }
    response
}

/// Replaces the `Set-Cookie` of tower-sessions.
fn apply(
    decision: Option<SessionCookie>,
    config: &Config,
    may_remove: bool,
    headers: &mut HeaderMap,
) {
    let name = config.cookie().name();
    let removes = headers
        .get_all(header::SET_COOKIE)
        .iter()
        .any(|value| value_of(value.as_bytes(), name).is_some_and(<[u8]>::is_empty));
    let cookie = match decision {
        Some(SessionCookie::Set(id)) => issued_cookie(config, id),
        Some(SessionCookie::Remove) => removal(config.cookie()),
        None if removes && may_remove => removal(config.cookie()),
        None if removes => return remove_cookies(headers, name),
        None => return,
    };
    remove_cookies(headers, name);
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
}

fn has_cookie(headers: &HeaderMap, name: &str) -> bool {
    let mut cookies = headers.get_all(header::SET_COOKIE).iter();
    cookies.any(|value| value_of(value.as_bytes(), name).is_some())
}

/// Returns whether every cookie of this name is malformed, or an identifier that this site issued.
fn may_remove(headers: &HeaderMap, name: &str, keys: &Keyring) -> bool {
    cookies::pairs(headers)
        .filter(|(given, _)| *given == name)
        .all(|(_, value)| {
            let id = value.parse::<Id>().ok();
            id.is_none_or(|id| id::is_ours(keys, id))
        })
}

/// Returns the value of a `Set-Cookie` header if the cookie has this name.
fn value_of<'a>(cookie: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let rest = cookie.trim_ascii().strip_prefix(name.as_bytes())?;
    let value = rest.trim_ascii_start().strip_prefix(b"=")?;
    let value = value.split(|byte| *byte == b';').next().unwrap_or_default();
    Some(value.trim_ascii())
}

/// Removes every `Set-Cookie` of this name from a response.
fn remove_cookies(headers: &mut HeaderMap, name: &str) {
    if let header::Entry::Occupied(entry) = headers.entry(header::SET_COOKIE) {
        let (key, all) = entry.remove_entry_mult();
        let others: Vec<_> = all
            .filter(|value| value_of(value.as_bytes(), name).is_none())
            .collect();
        for value in others {
            headers.append(&key, value);
        }
    }
}

/// Returns a cookie with the attributes that all cookies of the engine have.
pub(crate) fn base_cookie(
    settings: &CookieSettings,
    name: String,
    value: String,
) -> CookieBuilder<'static> {
    Cookie::build((name, value))
        .http_only(true)
        .secure(settings.secure())
}

fn session_cookie(settings: &CookieSettings, value: String) -> CookieBuilder<'static> {
    let cookie = base_cookie(settings, settings.name().to_owned(), value)
        .path(settings.path().to_owned())
        .same_site(same_site(settings));
    match settings.domain() {
        Some(domain) => cookie.domain(domain.to_owned()),
        None => cookie,
    }
}

/// Returns the cookie of the session `id`.
pub(crate) fn issued_cookie(config: &Config, id: Id) -> Cookie<'static> {
    let cookie = session_cookie(config.cookie(), id.to_string());
    match max_age(config) {
        Some(max_age) => cookie.max_age(max_age).build(),
        None => cookie.build(),
    }
}

fn removal(settings: &CookieSettings) -> Cookie<'static> {
    session_cookie(settings, String::new())
        .max_age(Duration::ZERO)
        .expires(time::OffsetDateTime::UNIX_EPOCH)
        .build()
}

/// Returns how long the browser keeps the cookie, or `None` for a cookie that ends with the browser.
fn max_age(config: &Config) -> Option<Duration> {
    let lifetime = config.session_lifetime().absolute_seconds();
    (!config.cookie().transient()).then_some(Duration::seconds(lifetime))
}

fn same_site(settings: &CookieSettings) -> cookie::SameSite {
    match settings.same_site() {
        SameSite::Lax => cookie::SameSite::Lax,
        SameSite::None => cookie::SameSite::None,
    }
}
