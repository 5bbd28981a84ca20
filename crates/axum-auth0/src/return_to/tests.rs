#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use url::Url;

use super::*;

#[test]
fn a_path_of_this_site_is_kept_with_its_query() {
    for path in [
        "/",
        "/products",
        "/products?sort=name&page=2",
        "/a/b/",
        "/a?x=//evil.example",
        "/ü#here",
    ] {
        assert!(ReturnTo::parse(path).is_ok(), "{path}");
    }
    assert_eq!(
        ReturnTo::parse("/products?sort=a").unwrap().as_str(),
        "/products?sort=a"
    );
}

#[test]
fn text_that_a_browser_could_resolve_to_another_site_is_invalid() {
    for text in [
        "",
        "products",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        " /x",
        "/x y",
        "/a\r\nb: c",
        "/\0",
        "/\u{2028}/evil",
        "/.//evil.example",
        "/x/..//evil.example",
        "/./x",
        "/%2e%2e//evil.example",
        "/%2E/x",
        "/x//evil.example",
        "///evil.example",
        "/x/..",
        "@evil.example",
        ".evil.example",
    ] {
        assert_eq!(ReturnTo::parse(text), Err(InvalidReturnTo), "{text:?}");
    }
}

#[test]
fn the_engines_own_routes_are_invalid() {
    for text in [
        "/auth",
        "/auth/logout",
        "/auth/login?returnTo=/",
        "/auth?x",
        "/auth/callback#x",
    ] {
        assert_eq!(ReturnTo::parse(text), Err(InvalidReturnTo), "{text:?}");
    }
    assert!(ReturnTo::parse("/authors").is_ok());
}

#[test]
fn a_path_that_is_too_long_for_a_cookie_is_invalid() {
    assert!(ReturnTo::parse(&format!("/{}", "a".repeat(MAX_LENGTH))).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn valid_paths_stay_on_this_site_and_parse_to_themselves(
        text in "[/\\\\.%2eE:@?#a-z\t\r\n \u{0}\u{2028}ü]{0,12}"
    ) {
        if let Ok(accepted) = ReturnTo::parse(&text) {
            let base = Url::parse("https://site.example/deep/page").unwrap();
            let target = base.join(accepted.as_str()).unwrap();
            prop_assert_eq!(target.origin(), base.origin());
            // The path, extracted and used as a Location again, must still be a path of this site.
            let again = base.join(target.path()).unwrap();
            prop_assert_eq!(again.origin(), base.origin());
            prop_assert_eq!(ReturnTo::parse(accepted.as_str()), Ok(accepted.clone()));
            prop_assert!(axum::http::HeaderValue::from_str(accepted.as_str()).is_ok());
        }
    }
}
