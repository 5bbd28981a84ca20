//! The names of the cookies.

use super::*;

#[test]
fn on_localhost_http_is_fine_and_the_cookie_has_no_prefix() {
    let mut variables = good();
    variables.set("APP_BASE_URL", "http://localhost:3000");
    let config = read(&variables).unwrap();
    assert_eq!(config.cookie.name, "session");
    assert!(!config.cookie.secure);
    assert_eq!(
        config.site_url("/auth/callback"),
        "http://localhost:3000/auth/callback"
    );
}

#[test]
fn the_names_of_all_cookies_follow_from_the_name_of_the_session() {
    for (base_url, name, session, transaction) in [
        ("http://localhost:3000", "", "session", "txn_"),
        ("http://localhost:3001", "shop", "shop", "txn_shop_"),
        (
            "https://www.example.com",
            "",
            "__Host-session",
            "__Host-txn_",
        ),
        (
            "https://www.example.com",
            "__session",
            "__Host-__session",
            "__Host-txn___session_",
        ),
    ] {
        let mut variables = good();
        variables.set("APP_BASE_URL", base_url);
        variables.set("AUTH0_COOKIE_NAME", name);
        let cookie = read(&variables).unwrap().cookie;
        assert_eq!(cookie.name, session);
        assert_eq!(cookie.transaction_prefix(), transaction);
    }
    let mut variables = good();
    variables.set("AUTH0_COOKIE_DOMAIN", "example.com");
    let cookie = read(&variables).unwrap().cookie;
    assert_eq!(cookie.name, "__Secure-session");
    assert_eq!(cookie.transaction_prefix(), "__Host-txn_");
}
