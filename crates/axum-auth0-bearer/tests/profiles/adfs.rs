//! AD FS 2016 and later: <https://learn.microsoft.com/windows-server/identity/ad-fs/overview/ad-fs-openid-connect-oauth-concepts>. Access
//! tokens have another issuer than ID tokens, `x5t` instead of `kid`, and no `sub` unless a rule adds one.

use axum_auth0_bearer::{BearerErrorKind, CustomProfile, Verifier};
use serde_json::json;

use crate::env::{API, NOW, TestEnv, Token};

const CLIENT: &str = "60b3d106-d155-4f9f-ba75-84b8078829fa";
const TOKEN_ISSUER: &str = "http://adfs.example.com/adfs/services/trust";

pub(crate) fn profile() -> CustomProfile {
    CustomProfile::marked_by_claims(["appid", "scp"])
        .unwrap()
        .client_claims(["appid"])
        .subject_claim("upn")
}

pub(crate) fn access_token() -> Token {
    Token::new(
        json!({ "typ": "JWT", "kid": null, "x5t": "jeeQjLUam_51jJgqW1jVLeYl8Gik" }),
        json!({
            "aud": API, "iss": TOKEN_ISSUER, "iat": NOW - 60, "exp": NOW + 3600, "apptype": "Confidential", "appid": CLIENT,
            "authmethod": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
            "auth_time": "2026-11-28T11:58:00.918Z", "ver": "1.0", "scp": "openid read:products", "upn": "alice@example.com",
        }),
    )
}

pub(crate) fn id_token() -> Token {
    Token::new(
        json!({ "typ": "JWT", "x5t": "jeeQjLUam_51jJgqW1jVLeYl8Gik" }),
        json!({
            "aud": CLIENT, "iss": "ISSUER", "iat": NOW - 60, "exp": NOW + 3600, "auth_time": NOW - 70, "nonce": "nonce",
            "sub": "xBZpMT9zNKNyMjFsj4CF80crrwS", "upn": "alice@example.com", "unique_name": "EXAMPLE\\alice", "sid": "S-1-5-21",
        }),
    )
}

fn verifier(env: &TestEnv) -> Verifier {
    env.verifier(profile())
        .token_issuers([TOKEN_ISSUER])
        .clients([CLIENT])
}

#[tokio::test]
async fn an_access_token_of_adfs_is_accepted_without_a_key_id_and_without_sub() {
    let env = TestEnv::new().await;
    let token = env.accepted(&verifier(&env), &access_token()).await;
    assert_eq!(
        (token.subject(), token.issuer()),
        ("alice@example.com", TOKEN_ISSUER)
    );
    assert!(token.require_scope("read:products").is_ok());
}

#[tokio::test]
async fn what_is_no_access_token_of_adfs_for_this_api_is_refused() {
    let env = TestEnv::new().await;
    let verifier = verifier(&env);
    env.refuses_all_others(&verifier, &access_token(), &id_token())
        .await;
    for (changes, reason) in [
        (
            json!({ "appid": "another-client" }),
            BearerErrorKind::WrongClient,
        ),
        (json!({ "appid": null }), BearerErrorKind::NotAnAccessToken),
        (json!({ "scp": null }), BearerErrorKind::NotAnAccessToken),
        (
            json!({ "upn": null, "sub": "alice" }),
            BearerErrorKind::MalformedToken,
        ),
        (json!({ "iss": "ISSUER" }), BearerErrorKind::WrongIssuer),
    ] {
        let token = access_token().with(changes);
        assert_eq!(env.rejected(&verifier, &token).await, reason, "{token:?}");
    }
    // Also under the issuer of access tokens an ID token is none.
    for token in [id_token(), id_token().refreshed()] {
        let token = token.with(json!({ "iss": TOKEN_ISSUER, "aud": API }));
        assert_eq!(
            env.rejected(&verifier, &token).await,
            BearerErrorKind::NotAnAccessToken
        );
    }
}
