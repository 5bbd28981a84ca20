//! The policy for request URLs.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Returns whether requests to a URL are allowed: `https`, or `http` on loopback, and no credentials in the URL.
pub fn is_secure(url: &Url) -> bool {
    let scheme_is_safe = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(url),
        _ => false,
    };
    scheme_is_safe && url.username().is_empty() && url.password().is_none()
}

/// Returns whether the URL's host is loopback. Names other than `localhost` do not count: what they resolve to can
/// change.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => Ipv4Addr::is_loopback(&address),
        Some(Host::Ipv6(address)) => Ipv6Addr::is_loopback(&address),
        None => false,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn https_is_allowed_and_http_only_to_this_machine() {
        for (url, expected) in [
            ("https://tenant.eu.auth0.com/oauth/token", true),
            ("https://10.0.0.1:8443/", true),
            ("http://localhost:4000/", true),
            ("http://127.0.0.1:4000/", true),
            ("http://127.9.9.9/", true),
            ("http://[::1]:4000/", true),
            ("http://tenant.eu.auth0.com/", false),
            ("http://localhost.example.com/", false),
            ("http://169.254.169.254/latest/meta-data", false),
            ("http://0.0.0.0/", false),
            ("https://user:password@tenant.eu.auth0.com/", false),
            ("file:///etc/passwd", false),
            ("ftp://localhost/", false),
            ("data:application/json,{}", false),
        ] {
            assert_eq!(is_secure(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
