//! The URL that a proof names (`htu`).

use url::Url;

/// Returns whether `htu` is the URL of a request of `path` below `base`, without query and fragment (RFC 9449 §4.3).
///
/// Both are normalized (RFC 3986 §6.2.2, §6.2.3): case of scheme and host, default port, dot segments, and percent-encoding.
pub(super) fn is_target(htu: &str, base: &Url, path: &str) -> bool {
    let Ok(mut found) = Url::parse(htu) else {
        return false;
    };
    if !found.username().is_empty() || found.password().is_some() {
        return false;
    }
    found.set_query(None);
    found.set_fragment(None);
    let mut expected = base.clone();
    let prefix = base.path().trim_end_matches('/');
    expected.set_path(&format!("{prefix}{path}"));
    found.origin() == expected.origin() && normalized(found.path()) == normalized(expected.path())
}

/// Decodes what needs no percent-encoding, and writes the rest in upper case (RFC 3986 §6.2.2.1, §6.2.2.2).
fn normalized(path: &str) -> String {
    let mut normalized = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('%') {
        normalized.push_str(before);
        let encoded = after
            .get(..2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        rest = after;
        match encoded {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                normalized.push(byte.into());
                rest = after.get(2..).unwrap_or_default();
            }
            Some(byte) => {
                normalized.push('%');
                normalized.extend([byte >> 4, byte & 0xf].map(hex_digit));
                rest = after.get(2..).unwrap_or_default();
            }
            None => normalized.push('%'),
        }
    }
    normalized.push_str(rest);
    normalized
}

fn hex_digit(value: u8) -> char {
    char::from_digit(value.into(), 16)
        .unwrap_or_default()
        .to_ascii_uppercase()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn matches(htu: &str, base: &str, path: &str) -> bool {
        is_target(htu, &base.parse().unwrap(), path)
    }

    #[test]
    fn spellings_of_the_same_url_are_equal() {
        let base = "https://api.example.com";
        for htu in [
            "https://api.example.com/products/a%20b",
            "HTTPS://API.example.com:443/products/a%20b",
            "https://api.example.com/products/a%20b?page=2#top",
            "https://api.example.com/x/../products/a%20b",
            "https://api.example.com/%70roducts/a%20b",
        ] {
            assert!(matches(htu, base, "/products/a%20b"), "{htu}");
        }
        assert!(matches("https://api.example.com/a%2fb", base, "/a%2Fb"));
        assert!(matches("https://api.example.com", base, "/"));
    }

    #[test]
    fn another_url_is_another_one() {
        let base = "https://api.example.com";
        for htu in [
            "",
            "/products",
            "http://api.example.com/products",
            "https://api.example.com:8443/products",
            "https://evil.example.com/products",
            "https://user@api.example.com/products",
            "https://api.example.com/products/",
            "https://api.example.com/Products",
            "https://api.example.com/products%2F",
        ] {
            assert!(!matches(htu, base, "/products"), "{htu}");
        }
        assert!(!matches("https://api.example.com/a/b", base, "/a%2Fb"));
    }

    #[test]
    fn a_prefix_that_a_proxy_removes_belongs_to_the_url() {
        for base in [
            "https://www.example.com/api",
            "https://www.example.com/api/",
        ] {
            assert!(matches(
                "https://www.example.com/api/products",
                base,
                "/products"
            ));
            assert!(!matches(
                "https://www.example.com/products",
                base,
                "/products"
            ));
        }
    }
}
