//! The cookie that carries a failed form.

use http::HeaderValue;

/// Lifetime in seconds: long enough for a login.
const MAX_AGE: u32 = 300;

/// Maximum size of the content in bytes before sealing. Browsers drop a cookie of more than 4096 bytes (RFC 6265 §6.1).
pub(super) const MAX_PLAIN_BYTES: usize = 2600;

/// Returns the name of the cookie. It follows from that of the session, so that two applications on one host do not
/// collide.
pub(super) fn name(session_cookie: &str) -> String {
    let base = session_cookie
        .strip_prefix("__Host-")
        .or_else(|| session_cookie.strip_prefix("__Secure-"))
        .unwrap_or(session_cookie);
    let secure = if base.len() == session_cookie.len() {
        ""
    } else {
        "__Secure-"
    };
    format!("{secure}{base}_form")
}

/// `Lax`, because a login in between comes back from another site. The path limits it to the page of the form.
pub(super) fn set(name: &str, page: &str, value: &str, secure: bool) -> Option<HeaderValue> {
    header(name, page, value, MAX_AGE, secure)
}

pub(super) fn remove(name: &str, page: &str, secure: bool) -> Option<HeaderValue> {
    header(name, page, "", 0, secure)
}

fn header(name: &str, page: &str, value: &str, max_age: u32, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    // A path with a semicolon would end the attribute.
    let path = if page.starts_with('/') && !page.contains(';') {
        page
    } else {
        "/"
    };
    let cookie =
        format!("{name}={value}; Path={path}; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&cookie).ok()
}
