//! The session's cookie. tower-sessions reads it and decides when it changes; what is sent is written here, once.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use cookie::{Cookie, CookieBuilder, SameSite as Same};
use http::{HeaderMap, HeaderValue, header};
use time::Duration;
use tower_sessions::{Expiry, SessionManagerLayer, session::Id};

use super::{SessionRecords, id};
use crate::{
    config::{Config, CookieSettings, SameSite},
    request::cookies,
    seal::Keyring,
};

/// What a response does with the session's cookie, if it is not for tower-sessions to decide: an extension of the
/// response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionCookie {
    /// The browser has this session now.
    Set(Id),
    /// The browser's session has ended.
    Remove,
}

/// tower-sessions, set up as the configuration says.
pub(crate) fn layer(
    records: SessionRecords,
    config: &Config,
) -> SessionManagerLayer<SessionRecords> {
    let settings = config.cookie();
    let layer = SessionManagerLayer::new(records)
        .with_name(settings.name.clone())
        .with_http_only(true)
        .with_secure(settings.secure)
        .with_path(settings.path.clone())
        .with_same_site(same_site(settings))
        .with_expiry(if settings.transient {
            Expiry::OnSessionEnd
        } else {
            Expiry::OnInactivity(Duration::seconds(
                config.session_lifetime().absolute_seconds(),
            ))
        });
    match &settings.domain {
        Some(domain) => layer.with_domain(domain.clone()),
        None => layer,
    }
}

/// The layer in front of tower-sessions: the session's cookie survives whatever its neighbours are. Of several cookies
/// with its name, those that this site issued count.
pub(crate) async fn protect_cookie(
    State(config): State<Arc<Config>>,
    State(keys): State<Keyring>,
    mut request: Request,
    next: Next,
) -> Response {
    let name = &config.cookie().name;
    cookies::protect_session_cookie(request.headers_mut(), name, |value| {
        let id = value.parse::<Id>();
        id.is_ok_and(|id| id::is_ours(&keys, id))
    });
    next.run(request).await
}

/// The layer around tower-sessions: at most one `Set-Cookie` of the session's name, with the attributes that the browser
/// wants for the name.
///
/// tower-sessions 0.15.0 leaves `Secure` out of a removal, and a browser refuses that for a `__Host-` name. It also
/// removes every cookie that the store does not know, those of another application on this host included.
pub(crate) async fn write_cookie(
    State(config): State<Arc<Config>>,
    State(keys): State<Keyring>,
    request: Request,
    next: Next,
) -> Response {
    let settings = config.cookie();
    let may_remove = may_remove(request.headers(), &settings.name, &keys);
    let mut response = next.run(request).await;
    let decision = response.extensions_mut().remove::<SessionCookie>();
    let headers = response.headers_mut();
    let removes = headers
        .get_all(header::SET_COOKIE)
        .iter()
        .any(|value| value_of(value.as_bytes(), &settings.name).is_some_and(<[u8]>::is_empty));
    let cookie = match decision {
        Some(SessionCookie::Set(id)) => set(&config, id),
        Some(SessionCookie::Remove) => removal(settings),
        None if removes && may_remove => removal(settings),
        None if removes => {
            remove_cookies(headers, &settings.name);
            return response;
        }
        None => return response,
    };
    remove_cookies(headers, &settings.name);
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
    response
}

/// Whether every cookie of this name is malformed, or an identifier that this site issued.
fn may_remove(headers: &HeaderMap, name: &str, keys: &Keyring) -> bool {
    cookies::pairs(headers)
        .filter(|(given, _)| *given == name)
        .all(|(_, value)| {
            let id = value.parse::<Id>().ok();
            id.is_none_or(|id| id::is_ours(keys, id))
        })
}

/// The value of a `Set-Cookie` header, if it is of this name.
fn value_of<'a>(cookie: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let rest = cookie.trim_ascii().strip_prefix(name.as_bytes())?;
    let value = rest.trim_ascii_start().strip_prefix(b"=")?;
    let value = value.split(|byte| *byte == b';').next().unwrap_or_default();
    Some(value.trim_ascii())
}

/// Takes every `Set-Cookie` of this name out of a response.
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

fn same_site(settings: &CookieSettings) -> Same {
    match settings.same_site {
        SameSite::Lax => Same::Lax,
        SameSite::None => Same::None,
    }
}

fn build(settings: &CookieSettings, value: String) -> CookieBuilder<'static> {
    let cookie = Cookie::build((settings.name.clone(), value))
        .http_only(true)
        .secure(settings.secure)
        .path(settings.path.clone())
        .same_site(same_site(settings));
    match &settings.domain {
        Some(domain) => cookie.domain(domain.clone()),
        None => cookie,
    }
}

fn set(config: &Config, id: Id) -> Cookie<'static> {
    let settings = config.cookie();
    let cookie = build(settings, id.to_string());
    let cookie = if settings.transient {
        cookie
    } else {
        cookie.max_age(Duration::seconds(
            config.session_lifetime().absolute_seconds(),
        ))
    };
    cookie.build()
}

fn removal(settings: &CookieSettings) -> Cookie<'static> {
    build(settings, String::new())
        .max_age(Duration::ZERO)
        .expires(time::OffsetDateTime::UNIX_EPOCH)
        .build()
}
