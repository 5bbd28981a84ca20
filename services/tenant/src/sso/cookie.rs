//! The cookie of the single sign-on session.

use axum::{
    http::{
        HeaderMap, HeaderValue,
        header::{COOKIE, SET_COOKIE},
    },
    response::Response,
};
use cookie::Cookie;

use crate::store::sessions::ABSOLUTE_TIMEOUT;

const NAME: &str = "tenant_sso";

/// Returns the value of the cookie, if the browser sent one.
pub(crate) fn get(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        // Cookies ignore the port, so other programs on this host can set cookies with arbitrary bytes. Skip malformed ones.
        .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| std::str::from_utf8(pair).ok())
        .filter_map(|pair| Cookie::parse(pair).ok())
        .find(|cookie| cookie.name() == NAME)
        .map(|cookie| cookie.value().to_owned())
}

/// Sets the cookie. It is not `Secure`, because the tenant serves plain HTTP on loopback.
pub(crate) fn set(response: &mut Response, value: &str) {
    append(
        response,
        &format!("{NAME}={value}; Path=/; Max-Age={ABSOLUTE_TIMEOUT}; HttpOnly; SameSite=Lax"),
    );
}

/// Removes the cookie.
pub(crate) fn remove(response: &mut Response) {
    append(
        response,
        &format!("{NAME}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"),
    );
}

fn append(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_cookies_are_skipped() {
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
            assert_eq!(get(&headers).as_deref(), Some("x"), "{header:?}");
        }
    }
}
