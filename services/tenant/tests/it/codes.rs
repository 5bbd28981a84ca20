//! The exchange of a code: what it is bound to, client authentication, and the ID token.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::world::{
    Answer, CALLBACK, CLIENT_ID, NOON, PRODUCTS, SECRET, VERIFIER, World, parameter,
};

async fn code(world: &World, more: &[(&str, &str)]) -> String {
    let callback = world.browser().log_in("alice@example.com", more).await;
    parameter(&callback, "code").unwrap()
}

#[tokio::test]
async fn the_id_token_has_the_claims_of_its_scopes() {
    let world = World::start().await;
    let answer = world.tokens(&[]).await;
    let (header, mut claims) = world.verified(answer.text("id_token")).await;
    assert_eq!(header.typ.as_deref(), Some("JWT"));
    assert!(claims.remove("sid").unwrap().is_string());
    assert_eq!(
        serde_json::Value::Object(claims),
        json!({
            "iss": world.issuer, "sub": "auth0|alice", "aud": CLIENT_ID, "iat": NOON, "exp": NOON + 36_000,
            "nonce": "nonce-1", "name": "Alice Example", "nickname": "alice", "given_name": "Alice",
            "family_name": "Example", "updated_at": "2027-01-15T08:00:00.000Z",
            "email": "alice@example.com", "email_verified": true,
        })
    );
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.json["token_type"], "Bearer");
    assert_eq!(answer.json["expires_in"], 86_400);
}

#[tokio::test]
async fn without_openid_there_is_no_id_token() {
    let world = World::start().await;
    let answer = world
        .tokens(&[("scope", "read:products"), ("audience", PRODUCTS)])
        .await;
    assert!(answer.json.get("id_token").is_none());
    assert!(answer.json.get("refresh_token").is_none());
    assert_eq!(
        world.verified(answer.text("access_token")).await.1["aud"],
        PRODUCTS
    );
}

#[tokio::test]
async fn a_wrong_or_missing_verifier_is_refused_and_uses_the_code_up() {
    let world = World::start().await;
    let wrong = "x".repeat(43);
    for more in [
        vec![("redirect_uri", CALLBACK), ("code_verifier", &*wrong)],
        vec![("redirect_uri", CALLBACK)],
    ] {
        let code = code(&world, &[]).await;
        let refused = world.redeem_with(&code, &more).await;
        refused.is_error(403, "invalid_grant", "Failed to verify code verifier");
        world
            .redeem(&code)
            .await
            .is_error(403, "invalid_grant", "Invalid authorization code");
    }
}

#[tokio::test]
async fn a_verifier_for_a_code_without_challenge_is_refused() {
    let world = World::start().await;
    let code = code(
        &world,
        &[("code_challenge", ""), ("code_challenge_method", "")],
    )
    .await;
    world
        .redeem(&code)
        .await
        .is_error(403, "invalid_grant", "Failed to verify code verifier");
}

#[tokio::test]
async fn a_code_is_bound_to_its_redirect_uri() {
    let world = World::start().await;
    let code = code(&world, &[]).await;
    let more = [
        ("redirect_uri", "http://localhost:3000/other"),
        ("code_verifier", VERIFIER),
    ];
    let refused = world.redeem_with(&code, &more).await;
    assert_eq!(
        (refused.status, refused.text("error")),
        (StatusCode::FORBIDDEN, "unauthorized_client")
    );
}

#[tokio::test]
async fn a_code_ends_after_a_minute() {
    let world = World::start().await;
    let code = code(&world, &[]).await;
    world.clock.advance(60);
    world
        .redeem(&code)
        .await
        .is_error(403, "invalid_grant", "Invalid authorization code");
}

#[tokio::test]
async fn a_code_used_twice_revokes_what_it_gave() {
    let world = World::start().await;
    let code = code(&world, &[]).await;
    let tokens = world.redeem(&code).await;
    assert_eq!(
        world.userinfo(tokens.text("access_token")).await.status,
        StatusCode::OK
    );
    world
        .redeem(&code)
        .await
        .is_error(403, "invalid_grant", "Invalid authorization code");
    assert_eq!(
        world.userinfo(tokens.text("access_token")).await.status,
        StatusCode::UNAUTHORIZED
    );
    world
        .refresh(tokens.text("refresh_token"), &[])
        .await
        .is_error(403, "invalid_grant", "Unknown or invalid refresh token.");
}

#[tokio::test]
async fn a_code_redeemed_twenty_times_at_once_gives_tokens_at_most_once() {
    let world = World::start().await;
    let code = code(&world, &[]).await;
    let mut attempts = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("client_id", CLIENT_ID),
            ("client_secret", SECRET),
        ];
        attempts.spawn(
            world
                .request(Method::POST, "oauth/token")
                .form(&form)
                .send(),
        );
    }
    let answers = attempts.join_all().await;
    let granted = answers
        .iter()
        .filter(|answer| answer.as_ref().unwrap().status() == StatusCode::OK)
        .count();
    assert_eq!(granted, 1);
}

#[tokio::test]
async fn a_code_of_another_application_is_refused_and_not_used_up() {
    let world = World::with(|settings| {
        let mut other = settings.applications[0].clone();
        other.client_id = "other".to_owned();
        other.client_secret = "other-secret".into();
        settings.applications.push(other);
    })
    .await;
    let code = code(&world, &[]).await;
    let request = world.request(Method::POST, "oauth/token").form(&[
        ("grant_type", "authorization_code"),
        ("client_id", "other"),
        ("client_secret", "other-secret"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]);
    Answer::of(request.send().await.unwrap()).await.is_error(
        403,
        "invalid_grant",
        "Invalid authorization code",
    );
    assert_eq!(world.redeem(&code).await.status, StatusCode::OK);
}

#[tokio::test]
async fn basic_authentication_with_encoded_credentials_works() {
    let world = World::start().await;
    let code = code(&world, &[]).await;
    let encoded: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let request = world
        .request(Method::POST, "oauth/token")
        .header(
            "authorization",
            format!(
                "Basic {}",
                STANDARD.encode(format!("{CLIENT_ID}:{encoded}"))
            ),
        )
        .form(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ]);
    assert_eq!(
        Answer::of(request.send().await.unwrap()).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_wrong_secret_is_unauthorized_and_does_not_use_the_code_up() {
    let world = World::start().await;
    let code = code(&world, &[]).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("client_id", CLIENT_ID),
    ];
    let request = world.request(Method::POST, "oauth/token").form(&form);
    Answer::of(request.send().await.unwrap())
        .await
        .is_error(401, "access_denied", "Unauthorized");
    let request = world
        .request(Method::POST, "oauth/token")
        .basic_auth(CLIENT_ID, Some("wrong"))
        .form(&form);
    let refused = Answer::of(request.send().await.unwrap()).await;
    refused.is_error(401, "access_denied", "Unauthorized");
    assert!(
        refused.headers["www-authenticate"]
            .to_str()
            .unwrap()
            .starts_with("Basic")
    );
    assert_eq!(world.redeem(&code).await.status, StatusCode::OK);
}

#[tokio::test]
async fn unknown_grants_are_refused() {
    let world = World::start().await;
    world
        .application_posts("oauth/token", &[("grant_type", "password")])
        .await
        .is_error(
            403,
            "unsupported_grant_type",
            "Unsupported grant type: password",
        );
    let answer = world.application_posts("oauth/token", &[]).await;
    assert_eq!(
        (answer.status, answer.text("error")),
        (StatusCode::BAD_REQUEST, "invalid_request")
    );
}
