//! The `Location` of a response of the API.

use url::Url;

/// Returns the path of this site for a `location` of the response to `request`: below `mount`, the path of the proxy as the
/// browser sees it. Returns `None` if the target is not below `base`, because the browser cannot or must not go there.
pub(super) fn site_location(
    base: &Url,
    request: &Url,
    location: &str,
    mount: &str,
) -> Option<String> {
    let target = request.join(location).ok()?;
    let has_credentials = !target.username().is_empty() || target.password().is_some();
    if target.origin() != base.origin() || has_credentials {
        return None;
    }
    let base = base.path().trim_end_matches('/');
    let rest = target.path().strip_prefix(base)?;
    if !rest.starts_with('/') {
        return None;
    }
    let mut path = format!("{mount}{rest}");
    for (separator, part) in [('?', target.query()), ('#', target.fragment())] {
        if let Some(part) = part {
            path.push(separator);
            path.push_str(part);
        }
    }
    Some(path)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn of(location: &str) -> Option<String> {
        let base = Url::parse("https://api.example.com/v2/").unwrap();
        let request = Url::parse("https://api.example.com/v2/products/1").unwrap();
        site_location(&base, &request, location, "/shop/products-api")
    }

    #[test]
    fn a_location_of_the_api_becomes_a_path_of_the_proxy() {
        for (location, expected) in [
            ("2", "/shop/products-api/products/2"),
            (
                "/v2/products/2?a=1#x",
                "/shop/products-api/products/2?a=1#x",
            ),
            ("https://api.example.com/v2/x", "/shop/products-api/x"),
            ("//api.example.com:443/v2/", "/shop/products-api/"),
        ] {
            assert_eq!(of(location).as_deref(), Some(expected), "{location}");
        }
    }

    #[test]
    fn another_location_is_none() {
        for location in [
            "https://evil.example/v2/x",
            "//evil.example/v2/",
            "http://api.example.com/v2/x",
            "https://api.example.com:8443/v2/x",
            "https://u:p@api.example.com/v2/x",
            "/admin",
            "/v2",
            "/v2x",
            "../../admin",
            "javascript:alert(1)",
            "https://",
        ] {
            assert_eq!(of(location), None, "{location}");
        }
    }
}
