//! `for_test` needs no settings, and does not depend on the machine.

use axum_auth0::{Auth0, config::StoreLocation};

use crate::{OrdersApi, ProductsApi};

#[tokio::test]
async fn a_site_is_built_without_any_setting() {
    let auth0 = Auth0::builder()
        .login_api::<ProductsApi>()
        .api::<OrdersApi>()
        .for_test()
        .build()
        .await
        .unwrap();
    let config = auth0.config();
    assert_eq!(config.base_url().as_str(), "http://localhost/");
    assert_eq!(*config.session_store(), StoreLocation::Memory);
    let products = config.api("PRODUCTS").unwrap();
    assert_eq!(products.audience(), config.audience());
    let orders = config.api("ORDERS").unwrap();
    assert_ne!(orders.audience(), products.audience());
    for api in [products, orders] {
        assert!(api.base_url().host_str().unwrap().ends_with(".invalid"));
    }
}

#[tokio::test]
async fn the_environment_is_replaced_and_settings_in_code_are_kept() {
    let environment = [
        ("AUTH0_DOMAIN", "tenant.of-the-developer.example"),
        ("AUTH0_SESSION_STORE", "sqlite:/of-the-developer.db"),
        ("PRODUCTS_API_URL", "https://api.of-the-developer.example"),
    ];
    let config = Auth0::builder()
        .variables(environment.into_iter().collect())
        .login_api::<ProductsApi>()
        .cookie_name("shop")
        .set("PRODUCTS_API_URL", "http://127.0.0.1:4001")
        .for_test()
        .audience("https://products.example.com")
        .read_config()
        .unwrap();
    assert!(!config.issuer().as_str().contains("of-the-developer"));
    assert_eq!(*config.session_store(), StoreLocation::Memory);
    assert_eq!(config.cookie().name(), "shop");
    let products = config.api("PRODUCTS").unwrap();
    assert_eq!(products.base_url().as_str(), "http://127.0.0.1:4001/");
    assert_eq!(products.audience(), Some("https://products.example.com"));
}

#[tokio::test]
async fn every_configuration_for_a_test_has_its_own_secret() {
    let secret = || {
        use secrecy::ExposeSecret as _;
        let config = Auth0::builder().for_test().read_config().unwrap();
        config.secrets()[0].expose_secret().to_owned()
    };
    assert_ne!(secret(), secret());
}
