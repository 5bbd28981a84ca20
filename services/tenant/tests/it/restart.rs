//! What survives a restart, a rotated key, and changed settings.

use reqwest::StatusCode;
use tenant::{Database, OpenError, Settings, Tenant};
use url::Url;

use crate::world::{PRODUCTS, World, location, login_handle, parameter};

#[tokio::test]
async fn a_restart_keeps_keys_sessions_and_refresh_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("below/tenant.db");
    let world = World::in_file("127.0.0.1:0".parse().unwrap(), &file).await;
    let address = world.address;
    let mut browser = world.browser();
    let callback = browser
        .log_in("alice@example.com", &[("audience", PRODUCTS)])
        .await;
    let tokens = world.redeem(&parameter(&callback, "code").unwrap()).await;
    let cookies = browser.cookies.clone();
    world.stop().await;

    let world = World::in_file(address, &file).await;
    world.verified(tokens.text("access_token")).await;
    assert_eq!(
        world.userinfo(tokens.text("access_token")).await.status,
        StatusCode::OK
    );
    assert_eq!(
        world
            .refresh(tokens.text("refresh_token"), &[])
            .await
            .status,
        StatusCode::OK
    );
    let mut browser = world.browser();
    browser.cookies = cookies;
    let silent = location(&browser.authorize(&[("prompt", "none")]).await);
    assert!(parameter(&silent, "code").is_some(), "{silent}");
}

#[tokio::test]
async fn the_database_holds_no_token_cookie_password_or_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenant.db");
    let world = World::in_file("127.0.0.1:0".parse().unwrap(), &file).await;
    let mut browser = world.browser();
    let callback = browser.log_in("alice@example.com", &[]).await;
    let code = parameter(&callback, "code").unwrap();
    let tokens = world.redeem(&code).await;
    let secrets = [
        code,
        tokens.text("access_token").to_owned(),
        tokens.text("refresh_token").to_owned(),
        browser.cookies["tenant_sso"].clone(),
        "local-only".to_owned(),
        crate::world::SECRET.to_owned(),
    ];
    let mut stored = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        stored.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let contains = |needle: &str| {
        stored
            .windows(needle.len())
            .any(|window| window == needle.as_bytes())
    };
    assert!(contains("auth0|alice"), "the test looks at the right bytes");
    for secret in &secrets {
        assert!(!contains(secret));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_may_read_the_database() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenant.db");
    let _world = World::in_file("127.0.0.1:0".parse().unwrap(), &file).await;
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o077,
        0
    );
}

#[tokio::test]
async fn tokens_of_the_previous_key_stay_verifiable_and_those_of_the_one_before_do_not() {
    let world = World::start().await;
    let kids = async || {
        let keys: serde_json::Value = world
            .get(".well-known/jwks.json")
            .await
            .json()
            .await
            .unwrap();
        keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["kid"].clone())
            .collect::<Vec<_>>()
    };
    let tokens = world.tokens(&[("audience", PRODUCTS)]).await;
    let first = kids().await;
    world.tenant.rotate_signing_key().await.unwrap();
    let second = kids().await;
    assert_eq!((first.len(), second.len()), (1, 2));
    assert_eq!(second[1], first[0]);
    world.verified(tokens.text("access_token")).await;
    let newer = world.tokens(&[("audience", PRODUCTS)]).await;
    assert_eq!(
        world
            .verified(newer.text("access_token"))
            .await
            .0
            .kid
            .as_deref(),
        second[0].as_str()
    );

    world.tenant.rotate_signing_key().await.unwrap();
    assert!(!kids().await.contains(&first[0]));
    assert_eq!(
        world.userinfo(tokens.text("access_token")).await.status,
        StatusCode::UNAUTHORIZED
    );
}

fn settings(issuer: &str) -> Settings {
    Settings::local(
        Url::parse(issuer).unwrap(),
        &Url::parse("http://localhost:3000").unwrap(),
        "hush",
    )
}

#[tokio::test]
async fn changed_settings_take_effect_on_an_existing_database() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenant.db");
    let world = World::in_file("127.0.0.1:0".parse().unwrap(), &file).await;
    let address = world.address;
    let alice = world.tokens(&[("audience", PRODUCTS)]).await;
    let mut bob = world.browser();
    let callback = bob.log_in("bob@example.com", &[]).await;
    let of_bob = world.redeem(&parameter(&callback, "code").unwrap()).await;
    world.stop().await;

    let world = World::at(address, |settings| {
        settings.database = Database::File(file.clone());
        settings.apis.retain(|api| api.identifier != PRODUCTS);
        settings.users.retain(|user| user.sub == "auth0|alice");
        settings.users[0].password = "changed".into();
        settings.applications[0].callback_urls =
            vec!["http://localhost:3999/auth/callback".to_owned()];
    })
    .await;
    let mut browser = world.browser();
    assert_eq!(
        browser.authorize(&[]).await.status(),
        StatusCode::FORBIDDEN,
        "the callback has changed"
    );
    let moved = ("redirect_uri", "http://localhost:3999/auth/callback");
    let refused = location(&browser.authorize(&[moved, ("audience", PRODUCTS)]).await);
    assert_eq!(
        parameter(&refused, "error").as_deref(),
        Some("access_denied")
    );
    let handle = login_handle(&browser.authorize(&[moved]).await);
    let form = |password| {
        [
            ("state", &*handle),
            ("username", "alice@example.com"),
            ("password", password),
        ]
    };
    assert_eq!(
        browser.post("u/login", &form("local-only")).await.status(),
        StatusCode::BAD_REQUEST
    );
    location(&browser.post("u/login", &form("changed")).await);

    let gone = world.refresh(alice.text("refresh_token"), &[]).await;
    gone.is_error(
        403,
        "access_denied",
        &format!("Service not found: {PRODUCTS}"),
    );
    let refused = world.refresh(of_bob.text("refresh_token"), &[]).await;
    refused.is_error(403, "invalid_grant", "Unknown or invalid refresh token.");
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused() {
    for issuer in [
        "http://tenant.example/",
        "https://127.0.0.1:4000/",
        "http://192.168.0.1:4000/",
    ] {
        assert!(
            matches!(
                Tenant::open(settings(issuer)).await,
                Err(OpenError::IssuerNotLocal)
            ),
            "{issuer}"
        );
    }
    assert!(matches!(
        Tenant::open(settings("http://127.0.0.1:4000/path")).await,
        Err(OpenError::IssuerForm)
    ));
    let mut twice = settings("http://127.0.0.1:4000/");
    twice.users[1].email = "Alice@example.com".to_owned();
    assert!(matches!(
        Tenant::open(twice).await,
        Err(OpenError::Duplicate(_))
    ));
    let mut relative = settings("http://127.0.0.1:4000/");
    relative.applications[0]
        .callback_urls
        .push("/auth/callback".to_owned());
    assert!(matches!(
        Tenant::open(relative).await,
        Err(OpenError::Url(_))
    ));
}
