//! Tests of the sample's settings.

use super::*;

#[test]
fn callback_and_logout_urls_are_derived_from_the_base_url() {
    for base in ["http://localhost:3000", "http://localhost:3000/"] {
        let settings = Settings::local(
            Url::parse("http://127.0.0.1:4000/").unwrap(),
            &Url::parse(base).unwrap(),
            "hush",
        );
        let application = &settings.applications[0];
        assert_eq!(
            application.callback_urls,
            ["http://localhost:3000/auth/callback"]
        );
        assert!(
            application
                .logout_urls
                .contains(&"http://localhost:3000/signed-out".to_owned())
        );
        assert_eq!(application.origins, ["http://localhost:3000"]);
    }
}

#[test]
fn debug_shows_neither_the_client_secret_nor_passwords() {
    let settings = Settings::local(
        Url::parse("http://127.0.0.1:4000/").unwrap(),
        &Url::parse("http://localhost:3000").unwrap(),
        "canary-secret",
    );
    let shown = format!("{settings:?}");
    assert!(!shown.contains("canary-secret"));
    assert!(!shown.contains("local-only"));
}

#[test]
fn the_variables_of_a_site_name_the_first_application_and_the_first_api() {
    let site = Url::parse("http://localhost:3000").unwrap();
    let issuer = Url::parse("http://127.0.0.1:4000/").unwrap();
    let settings = Settings::local(issuer, &site, "hush").with_orders();
    let variables = settings.site_variables(&site);
    for (name, value) in [
        ("AUTH0_DOMAIN", "http://127.0.0.1:4000/"),
        ("AUTH0_CLIENT_ID", "leptos-auth0-sample"),
        ("AUTH0_CLIENT_SECRET", "hush"),
        ("APP_BASE_URL", "http://localhost:3000"),
        ("AUTH0_AUDIENCE", "https://products.example.com"),
    ] {
        assert!(variables.contains(&(name, value.to_owned())), "{name}");
    }
    assert_ne!(variables, settings.site_variables(&site), "AUTH0_SECRET");
}
