use super::*;

#[test]
fn the_engines_routes_are_not_pages_to_return_to() {
    let routes = Routes::default().login("/login").logout("/logout");
    assert_eq!(routes.return_to("/logout?x"), None);
    assert_eq!(routes.return_to_or_home(Some("/login")), ReturnTo::home());
    assert!(routes.return_to("/logout/x").is_some());
}

#[test]
fn a_page_to_return_to_is_below_the_base_path() {
    let shop = BasePath::parse("/shop").unwrap();
    let routes = Routes::default().login("/in").rebase(&shop);
    assert_eq!(routes.login_path(), "/shop/in");
    for (text, expected) in [
        ("/shop", true),
        ("/shop?page=2", true),
        ("/shop/", true),
        ("/shop/products?page=2#x", true),
        ("/", false),
        ("/products", false),
        ("/shopping", false),
        ("/shop/../blog", false),
        ("/shop/%2e%2e/blog", false),
        ("/shop/in", false),
        ("/shop/auth/logout", false),
        ("/shop/auth/x", false),
        ("//evil.example/shop", false),
        ("https://www.example.com/shop", false),
    ] {
        assert_eq!(routes.return_to(text).is_some(), expected, "{text}");
    }
    assert_eq!(routes.return_to_or_home(Some("/blog")).as_str(), "/shop");
}

#[test]
fn routes_of_a_configuration_can_be_used_for_another_one() {
    let [shop, blog] = ["/shop", "/blog"].map(|path| BasePath::parse(path).unwrap());
    let routes = Routes::default().rebase(&shop).login("/in").rebase(&blog);
    assert_eq!(routes.login_path(), "/blog/in");
    assert_eq!(routes.callback_path(), "/blog/auth/callback");
    assert_eq!(routes.home_path(), "/blog");
}

#[test]
fn the_login_url_escapes_the_path_and_its_query() {
    let path = ReturnTo::parse("/products?sort=name&x=ü").unwrap();
    assert_eq!(
        Routes::default().login_url(&path),
        "/auth/login?returnTo=%2Fproducts%3Fsort%3Dname%26x%3D%25C3%25BC"
    );
}
