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
        // Cookies know no ports: other programs on this machine set some, with any bytes. A bad one costs only itself.
        .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| std::str::from_utf8(pair).ok())
        .filter_map(|pair| Cookie::parse(pair).ok())
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

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_bad_cookie_costs_only_itself() {
        for header in [
            &b"tenant_sso=x"[..],
            b"name=J\xfcrgen; tenant_sso=x",
            "tenant_sso=x; name=Jürgen".as_bytes(),
            b"\xff; =; ;; tenant_sso=x; a",
        ] {
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_bytes(header) {
                headers.insert(COOKIE, value);
            }
            assert_eq!(sso(&headers).as_deref(), Some("x"), "{header:?}");
        }
    }
}
