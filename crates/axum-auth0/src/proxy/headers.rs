//! The headers that pass between browser and API.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::header_names::{
    HOP_BY_HOP, NEVER_RETURNED, NEVER_RETURNED_PREFIXES, NEVER_SENT, NEVER_SENT_PREFIXES, REQUEST,
    RESPONSE,
};

/// Returns whether the application may add this header of the browser.
pub(super) fn may_be_sent(name: &HeaderName) -> bool {
    may_pass(name, NEVER_SENT, NEVER_SENT_PREFIXES)
}

/// Returns whether the application may add this header of the API.
pub(super) fn may_be_returned(name: &HeaderName) -> bool {
    may_pass(name, NEVER_RETURNED, NEVER_RETURNED_PREFIXES)
}

fn may_pass(name: &HeaderName, never: &[&str], prefixes: &[&str]) -> bool {
    let name = name.as_str();
    let may_pass = !HOP_BY_HOP.contains(&name)
        && !never.contains(&name)
        && !prefixes.iter().any(|prefix| name.starts_with(prefix));
    if !may_pass {
        tracing::warn!(
            header = name,
            fix = "remove it from the proxy's headers",
            "a proxy never forwards this header"
        );
    }
    may_pass
}

/// Returns the headers of the browser for the API, without credentials.
pub(super) fn for_api(headers: &HeaderMap, added: &[HeaderName]) -> HeaderMap {
    select(headers, REQUEST, added)
}

/// Returns the headers of the API for the browser.
pub(super) fn for_browser(headers: &HeaderMap, added: &[HeaderName]) -> HeaderMap {
    let mut selected = select(headers, RESPONSE, added);
    if let Some(length) = selected.remove(header::CONTENT_LENGTH) {
        // Chunks have a length of their own (RFC 9112 §6.3). A repeated length is the same one.
        if !headers.contains_key(header::TRANSFER_ENCODING) {
            selected.insert(header::CONTENT_LENGTH, length);
        }
    }
    // A response with a user's data must not get into a cache of several users. It must not run as a page of this site
    // either: of an API that returns what its users uploaded, some responses are HTML.
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
        (CORP, "same-origin"),
    ] {
        selected.insert(name, HeaderValue::from_static(value));
    }
    selected
}

const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

fn select(headers: &HeaderMap, names: &[&str], added: &[HeaderName]) -> HeaderMap {
    let of_connection = connection_options(headers);
    let is_selected = |name: &HeaderName| {
        (names.contains(&name.as_str()) || added.contains(name))
            && !of_connection.iter().any(|option| option == name.as_str())
    };
    headers
        .iter()
        .filter(|(name, _)| is_selected(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .fold(HeaderMap::new(), |mut selected, (name, value)| {
            selected.append(name, value);
            selected
        })
}

/// Returns the names that `Connection` lists: headers that are meant for this connection only.
fn connection_options(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::CONNECTION).iter();
    values
        .flat_map(|value| {
            let value = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
            value
                .split(',')
                .map(|option| option.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_cannot_add_credentials_and_headers_of_the_connection() {
        for name in [
            "cookie",
            "authorization",
            "proxy-authorization",
            "dpop",
            "host",
            "x-forwarded-for",
            "x-forwarded-host",
            "forwarded",
            "x-http-method-override",
            "x-original-url",
            "transfer-encoding",
            "connection",
            "upgrade",
            "te",
            "sec-fetch-site",
            "auth0-page-user",
            "traceparent",
        ] {
            assert!(!may_be_sent(&HeaderName::from_static(name)), "{name}");
        }
        assert!(may_be_sent(&HeaderName::from_static("x-api-version")));
    }

    #[test]
    fn an_application_cannot_add_headers_that_act_on_the_site() {
        for name in [
            "set-cookie",
            "www-authenticate",
            "location",
            "clear-site-data",
            "strict-transport-security",
            "refresh",
            "access-control-allow-origin",
            "content-security-policy",
            "service-worker-allowed",
            "x-accel-redirect",
            "transfer-encoding",
            "cache-control",
            "cdn-cache-control",
            "sec-session-registration",
        ] {
            assert!(!may_be_returned(&HeaderName::from_static(name)), "{name}");
        }
        assert!(may_be_returned(&HeaderName::from_static("x-total-count")));
    }
}
