//! Restarts, key rotation and changed settings.

use reqwest::StatusCode;
use tenant::{Database, OpenError, Settings, Tenant};
use url::Url;

use crate::test_env::{PRODUCTS, TestEnv, location, login_id_of, parameter};

#[tokio::test]
async fn a_restart_keeps_keys_sessions_and_refresh_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("below/tenant.db");
    let env = TestEnv::with_file("127.0.0.1:0".parse().unwrap(), &file).await;
    let address = env.address;
    let mut browser = env.browser();
    let callback = browser
        .log_in("alice@example.com", &[("audience", PRODUCTS)])
        .await;
    let tokens = env.redeem(&parameter(&callback, "code").unwrap()).await;
    let cookies = browser.cookies.clone();
    env.stop().await;

    let env = TestEnv::with_file(address, &file).await;
    env.verify(tokens.text("access_token")).await;
    assert_eq!(
        env.userinfo(tokens.text("access_token")).await.status,
        StatusCode::OK
    );
    assert_eq!(
        env.refresh(tokens.text("refresh_token"), &[]).await.status,
        StatusCode::OK
    );
    let mut browser = env.browser();
    browser.cookies = cookies;
    let silent = location(&browser.authorize(&[("prompt", "none")]).await);
    assert!(parameter(&silent, "code").is_some(), "{silent}");
}

#[tokio::test]
async fn the_database_contains_no_token_cookie_password_or_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenant.db");
    let env = TestEnv::with_file("127.0.0.1:0".parse().unwrap(), &file).await;
    let mut browser = env.browser();
    let callback = browser.log_in("alice@example.com", &[]).await;
    let code = parameter(&callback, "code").unwrap();
    let tokens = env.redeem(&code).await;
    let secrets = [
        code,
        tokens.text("access_token").to_owned(),
        tokens.text("refresh_token").to_owned(),
        browser.cookies["tenant_sso"].clone(),
        "local-only".to_owned(),
        crate::test_env::CLIENT_SECRET.to_owned(),
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
    assert!(contains("auth0|alice"), "the test reads the right bytes");
    for secret in &secrets {
        assert!(!contains(secret));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_database_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenant.db");
    let _world = TestEnv::with_file("127.0.0.1:0".parse().unwrap(), &file).await;
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o077,
        0
    );
}

#[tokio::test]
async fn tokens_of_the_previous_key_remain_verifiable_and_older_ones_do_not() {
    let env = TestEnv::start().await;
    let kids = async || {
        let keys: serde_json::Value = env.get(".well-known/jwks.json").await.json().await.unwrap();
        keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["kid"].clone())
            .collect::<Vec<_>>()
    };
    let tokens = env.tokens(&[("audience", PRODUCTS)]).await;
    let first = kids().await;
    env.tenant.rotate_signing_key().await.unwrap();
    let second = kids().await;
    assert_eq!((first.len(), second.len()), (1, 2));
    assert_eq!(second[1], first[0]);
    env.verify(tokens.text("access_token")).await;
    let newer = env.tokens(&[("audience", PRODUCTS)]).await;
    assert_eq!(
        env.verify(newer.text("access_token"))
            .await
            .0
            .kid
            .as_deref(),
        second[0].as_str()
    );

    env.tenant.rotate_signing_key().await.unwrap();
    assert!(!kids().await.contains(&first[0]));
    assert_eq!(
        env.userinfo(tokens.text("access_token")).await.status,
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
    let env = TestEnv::with_file("127.0.0.1:0".parse().unwrap(), &file).await;
    let address = env.address;
    let alice_tokens = env.tokens(&[("audience", PRODUCTS)]).await;
    let mut bob = env.browser();
    let callback = bob.log_in("bob@example.com", &[]).await;
    let bob_tokens = env.redeem(&parameter(&callback, "code").unwrap()).await;
    env.stop().await;

    let env = TestEnv::at(address, |settings| {
        settings.database = Database::File(file.clone());
        settings.apis.retain(|api| api.identifier != PRODUCTS);
        settings.users.retain(|user| user.sub == "auth0|alice");
        settings.users[0].password = "changed".into();
        settings.applications[0].callback_urls =
            vec!["http://localhost:3999/auth/callback".to_owned()];
    })
    .await;
    let mut browser = env.browser();
    assert_eq!(
        browser.authorize(&[]).await.status(),
        StatusCode::FORBIDDEN,
        "the callback has changed"
    );
    let new_callback = ("redirect_uri", "http://localhost:3999/auth/callback");
    let rejected = location(
        &browser
            .authorize(&[new_callback, ("audience", PRODUCTS)])
            .await,
    );
    assert_eq!(
        parameter(&rejected, "error").as_deref(),
        Some("access_denied")
    );
    let login_id = login_id_of(&browser.authorize(&[new_callback]).await);
    let form = |password| {
        [
            ("state", &*login_id),
            ("username", "alice@example.com"),
            ("password", password),
        ]
    };
    assert_eq!(
        browser.post("u/login", &form("local-only")).await.status(),
        StatusCode::BAD_REQUEST
    );
    location(&browser.post("u/login", &form("changed")).await);

    let removed = env.refresh(alice_tokens.text("refresh_token"), &[]).await;
    removed.is_error(
        403,
        "access_denied",
        &format!("Service not found: {PRODUCTS}"),
    );
    let rejected = env.refresh(bob_tokens.text("refresh_token"), &[]).await;
    rejected.is_error(403, "invalid_grant", "Unknown or invalid refresh token.");
}

#[tokio::test]
async fn invalid_settings_are_rejected() {
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
        Err(OpenError::IssuerFormat)
    ));
    let mut duplicate = settings("http://127.0.0.1:4000/");
    duplicate.users[1].email = "Alice@example.com".to_owned();
    assert!(matches!(
        Tenant::open(duplicate).await,
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
