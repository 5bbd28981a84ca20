//! Keycloak: <https://www.keycloak.org/docs/latest/server_admin/>, versions before and since 24.

use axum_auth0_bearer::{BearerErrorKind, Principal, Profile};
use serde_json::json;

use crate::env::{API, CLIENT, NOW, TestEnv, Token};

pub(crate) fn access_token() -> Token {
    Token::new(
        json!({ "typ": "JWT" }),
        json!({
            "exp": NOW + 300, "iat": NOW - 60, "auth_time": NOW - 70, "jti": "onrtac:7a2b", "iss": "ISSUER", "aud": [API, "account"],
            "sub": "f4b1d3f0-5a3e-4c44-9a52-d8b7a7b1f0aa", "typ": "Bearer", "azp": CLIENT, "sid": "d0f2", "acr": "1",
            "allowed-origins": ["http://localhost:3000"], "realm_access": { "roles": ["customer"] },
            "scope": "openid email profile read:products", "email_verified": true, "preferred_username": "alice",
        }),
    )
}

/// Before 24 the nonce of the login was in every token.
pub(crate) fn access_token_before_24() -> Token {
    access_token().with(json!({ "nonce": "nonce", "session_state": "d0f2", "aud": API }))
}

pub(crate) fn id_token() -> Token {
    Token::new(
        json!({ "typ": "JWT" }),
        json!({
            "exp": NOW + 300, "iat": NOW - 60, "auth_time": NOW - 70, "jti": "7c1d", "iss": "ISSUER", "aud": CLIENT,
            "sub": "f4b1d3f0-5a3e-4c44-9a52-d8b7a7b1f0aa", "typ": "ID", "azp": CLIENT, "nonce": "nonce", "sid": "d0f2",
            "at_hash": "hash", "acr": "1", "email_verified": true, "preferred_username": "alice",
        }),
    )
}

#[tokio::test]
async fn an_access_token_of_keycloak_is_accepted_with_the_client_in_aud_and_with_a_nonce() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(Profile::Keycloak).clients([CLIENT]);
    for token in [
        access_token(),
        access_token().with(json!({ "aud": [API, CLIENT] })),
        access_token_before_24(),
        access_token_before_24().with(json!({ "aud": [CLIENT, API, "account"] })),
        // A client can be switched to the media type of RFC 9068.
        access_token().with_header(json!({ "typ": "at+jwt" })),
    ] {
        let token = env.accepted(&verifier, &token).await;
        assert_eq!(
            (token.client_id(), token.principal()),
            (CLIENT, Principal::User)
        );
        assert!(token.has_scope("read:products"));
    }
}

#[tokio::test]
async fn what_is_no_access_token_of_keycloak_for_this_api_is_refused() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(Profile::Keycloak).clients([CLIENT]);
    env.refuses_all_others(&verifier, &access_token(), &id_token())
        .await;
    env.refuses_all_others(&verifier, &access_token_before_24(), &id_token())
        .await;
    for (changes, reason) in [
        (
            json!({ "azp": "another-client" }),
            BearerErrorKind::WrongClient,
        ),
        (json!({ "azp": null }), BearerErrorKind::MalformedToken),
        (json!({ "typ": "ID" }), BearerErrorKind::NotAnAccessToken),
        (
            json!({ "typ": "Refresh" }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (json!({ "typ": "DPoP" }), BearerErrorKind::NotAnAccessToken),
        (json!({ "typ": null }), BearerErrorKind::NotAnAccessToken),
        (
            json!({ "preferred_username": format!("service-account-{}", CLIENT.to_lowercase()) }),
            BearerErrorKind::ClientCredentialsNotAllowed,
        ),
    ] {
        let token = access_token().with(changes);
        assert_eq!(env.rejected(&verifier, &token).await, reason, "{token:?}");
    }
    let default = env.verifier(Profile::default());
    assert_eq!(
        env.rejected(&default, &access_token_before_24()).await,
        BearerErrorKind::NotAnAccessToken
    );
}
