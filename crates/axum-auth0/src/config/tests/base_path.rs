//! The base path: the path of `APP_BASE_URL`, or `NEXT_PUBLIC_BASE_PATH`.

use super::*;

fn config(changes: &[(&str, &str)]) -> Config {
    let mut variables = good();
    for (name, value) in changes {
        variables.set(*name, *value);
    }
    read(&variables).unwrap()
}

#[test]
fn the_base_path_is_the_path_of_the_url_or_that_of_nextjs() {
    for changes in [
        &[("APP_BASE_URL", "https://www.example.com/shop")][..],
        &[("APP_BASE_URL", "https://www.example.com/shop/")],
        &[("NEXT_PUBLIC_BASE_PATH", "/shop")],
        &[
            ("APP_BASE_URL", "https://www.example.com/shop"),
            ("NEXT_PUBLIC_BASE_PATH", "/shop"),
        ],
    ] {
        let config = config(changes);
        assert_eq!(config.base_path(), "/shop", "{changes:?}");
        assert_eq!(config.base_url().as_str(), "https://www.example.com/shop");
        assert_eq!(config.origin(), "https://www.example.com");
        let callback = config.site_url(config.routes().callback_path());
        assert_eq!(callback, "https://www.example.com/shop/auth/callback");
        let landing = config.logout().return_to_url();
        assert_eq!(landing, "https://www.example.com/shop/signed-out");
    }
    for url in ["https://www.example.com", "https://www.example.com/"] {
        let config = config(&[("APP_BASE_URL", url)]);
        assert_eq!((config.base_path(), config.routes().home_path()), ("", "/"));
    }
}

#[test]
fn an_unusable_base_path_is_a_problem() {
    for (name, value) in [
        ("APP_BASE_URL", "https://www.example.com/a%20b"),
        ("APP_BASE_URL", "https://www.example.com/{x}"),
        ("APP_BASE_URL", "https://www.example.com//shop"),
        ("APP_BASE_URL", "https://www.example.com/shop?x"),
        ("APP_BASE_URL", "https://www.example.com/shop#x"),
        ("APP_BASE_URL", "https://www.example.com/auth"),
        ("NEXT_PUBLIC_BASE_PATH", "shop"),
        ("NEXT_PUBLIC_BASE_PATH", "/a//b"),
        ("NEXT_PUBLIC_BASE_PATH", "https://www.example.com/shop"),
        ("NEXT_PUBLIC_BASE_PATH", "/auth"),
    ] {
        assert_eq!(problems(&[(name, value)]), [name], "{name}={value}");
    }
    let different = [
        ("APP_BASE_URL", "https://www.example.com/shop"),
        ("NEXT_PUBLIC_BASE_PATH", "/blog"),
    ];
    assert_eq!(problems(&different), ["NEXT_PUBLIC_BASE_PATH"]);
}

/// RFC 6265bis §4.1.3: browsers accept the prefix `__Host-` with the path `/` only.
#[test]
fn the_cookie_belongs_to_the_base_path_and_its_prefix_follows() {
    let shop = ("APP_BASE_URL", "https://www.example.com/shop");
    for (changes, name, transactions, path) in [
        (&[shop][..], "__Secure-session", "__Secure-txn_", "/shop"),
        (
            &[shop, ("AUTH0_COOKIE_PATH", "/shop")],
            "__Secure-session",
            "__Secure-txn_",
            "/shop",
        ),
        (
            &[shop, ("AUTH0_COOKIE_PATH", "/")],
            "__Host-session",
            "__Host-txn_",
            "/",
        ),
        (
            &[("APP_BASE_URL", "http://localhost:3000/shop")],
            "session",
            "txn_",
            "/shop",
        ),
    ] {
        let cookie = config(changes).cookie().clone();
        assert_eq!((cookie.name(), cookie.path()), (name, path), "{changes:?}");
        assert_eq!(cookie.transaction_prefix(), transactions, "{changes:?}");
    }
    for path in ["/blog", "/shop/", "/shop/eu", "shop"] {
        let changes = [shop, ("AUTH0_COOKIE_PATH", path)];
        assert_eq!(problems(&changes), ["AUTH0_COOKIE_PATH"], "{path}");
    }
}

#[test]
fn a_logout_ends_below_the_base_path() {
    let shop = ("APP_BASE_URL", "https://www.example.com/shop");
    for (value, url) in [
        ("/", "https://www.example.com/shop"),
        ("/bye?x=1", "https://www.example.com/shop/bye?x=1"),
        (
            "https://www.example.com/shop",
            "https://www.example.com/shop",
        ),
        (
            "https://www.example.com/shop/",
            "https://www.example.com/shop/",
        ),
    ] {
        let config = config(&[shop, ("AUTH0_LOGOUT_RETURN_TO", value)]);
        assert_eq!(config.logout().return_to_url(), url, "{value}");
    }
    for value in [
        "https://www.example.com",
        "https://www.example.com/blog",
        "https://www.example.com/shop/auth/login",
        "/auth/login",
    ] {
        let changes = [shop, ("AUTH0_LOGOUT_RETURN_TO", value)];
        assert_eq!(problems(&changes), ["AUTH0_LOGOUT_RETURN_TO"], "{value}");
    }
}
