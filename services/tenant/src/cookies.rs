//! The cookie behind single sign-on at the tenant.

use axum::http::{HeaderMap, header::COOKIE};
use cookie::Cookie;

use crate::store::sessions::LIFETIME;

const NAME: &str = "tenant_sso";

/// The value of the cookie, if the browser sent one.
pub(crate) fn sso(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == NAME)
        .map(|cookie| cookie.value().to_owned())
}

/// Sets the cookie. It is not `Secure`: the tenant speaks http on loopback.
pub(crate) fn set_sso(value: &str) -> String {
    format!("{NAME}={value}; Path=/; Max-Age={LIFETIME}; HttpOnly; SameSite=Lax")
}

/// Removes the cookie.
pub(crate) fn remove_sso() -> String {
    format!("{NAME}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
}
