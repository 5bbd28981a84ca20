//! Host and port of a request, normalized (RFC 3986 §6.2), so that all spellings of the site's host compare equal.

use url::{Host, Url};

/// A normalized host and port: lower case, no trailing dot, canonical IP addresses, explicit port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authority {
    host: Host<String>,
    port: u16,
}

impl Authority {
    /// Parses the value of a `Host` header (RFC 9110 §7.2). The default port of `scheme` replaces a missing port.
    pub(crate) fn parse(text: &str, scheme: &str) -> Option<Self> {
        // A URL parser would skip or reinterpret other characters instead of rejecting them.
        let is_plain = |c: char| c.is_ascii_graphic() && !"/?#@\\%".contains(c);
        if text.is_empty() || !text.chars().all(is_plain) {
            return None;
        }
        Self::of(&Url::parse(&format!("{scheme}://{text}/")).ok()?)
    }

    /// Returns the authority of `url`.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        let host = match url.host()?.to_owned() {
            Host::Domain(name) => Host::Domain(name.trim_end_matches('.').to_owned()),
            address => address,
        };
        let port = url.port_or_known_default()?;
        Some(Self { host, port })
    }
}

/// Returns whether `origin`, the value of an `Origin` header (RFC 6454 §7), is the origin of `site`.
pub(crate) fn is_origin_of(origin: &str, site: &Url) -> bool {
    origin.split_once("://").is_some_and(|(scheme, authority)| {
        scheme.eq_ignore_ascii_case(site.scheme())
            && Authority::parse(authority, site.scheme())
                .is_some_and(|authority| Some(authority) == Authority::of(site))
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn same(host: &str, site: &str) -> bool {
        let site = Url::parse(site).unwrap();
        Authority::parse(host, site.scheme()).is_some_and(|it| Some(it) == Authority::of(&site))
    }

    #[test]
    fn all_spellings_of_a_host_are_equal() {
        for (host, site) in [
            ("site.example", "https://site.example"),
            ("site.example:443", "https://site.example"),
            ("site.example.", "https://site.example"),
            ("site.example.:443", "https://site.example"),
            ("SITE.Example", "https://site.example"),
            ("site.example:", "https://site.example"),
            ("site.example:0443", "https://site.example"),
            ("site.example:8443", "https://site.example:8443"),
            ("localhost:80", "http://localhost"),
            ("[::1]:3000", "http://[::1]:3000"),
            ("[0:0:0:0:0:0:0:1]:3000", "http://[::1]:3000"),
            ("[2001:DB8::1]", "https://[2001:db8::1]"),
            ("127.0.0.1:3000", "http://127.0.0.1:3000"),
        ] {
            assert!(same(host, site), "{host} {site}");
        }
    }

    #[test]
    fn another_host_or_port_is_another_authority() {
        for (host, site) in [
            ("site.example:80", "https://site.example"),
            ("site.example:443", "http://site.example"),
            ("a.site.example", "https://site.example"),
            ("site.example.evil.example", "https://site.example"),
            ("localhost", "http://localhost:3000"),
            ("127.0.0.1:3000", "http://localhost:3000"),
            ("", "https://site.example"),
            ("evil@site.example", "https://site.example"),
            ("site.example/", "https://site.example"),
            ("site.example#", "https://site.example"),
            ("site%2eexample", "https://site.example"),
            ("site.example:1:2", "https://site.example"),
            ("site.example, evil.example", "https://site.example"),
        ] {
            assert!(!same(host, site), "{host} {site}");
        }
    }

    #[test]
    fn an_origin_has_the_scheme_of_the_site_and_nothing_after_its_authority() {
        let site = Url::parse("https://site.example").unwrap();
        for origin in [
            "https://site.example",
            "https://site.example:443",
            "https://site.example.",
            "HTTPS://SITE.EXAMPLE",
        ] {
            assert!(is_origin_of(origin, &site), "{origin}");
        }
        for origin in [
            "null",
            "http://site.example",
            "https://site.example/",
            "https://site.example:444",
            "https://site.example.evil.example",
            "https://evil.example",
            "site.example",
            "",
        ] {
            assert!(!is_origin_of(origin, &site), "{origin}");
        }
    }
}
