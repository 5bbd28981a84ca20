//! `IdentityServer` 4 and Duende `IdentityServer`: <https://docs.duendesoftware.com/identityserver/tokens/>. RFC 9068, with scopes as an array.

use axum_auth0_bearer::{BearerErrorKind, Profile};
use serde_json::json;

use crate::env::{API, CLIENT, NOW, TestEnv, Token};

pub(crate) fn access_token() -> Token {
    Token::new(
        json!({ "typ": "at+jwt" }),
        json!({
            "nbf": NOW - 60, "exp": NOW + 3600, "iss": "ISSUER", "aud": API, "client_id": CLIENT, "sub": "alice",
            "auth_time": NOW - 70, "idp": "local", "jti": "AD1E", "sid": "C4E9", "iat": NOW - 60,
            "scope": ["openid", "read:products", "offline_access"], "amr": ["pwd"],
        }),
    )
}

pub(crate) fn id_token() -> Token {
    Token::new(
        json!({ "typ": "JWT" }),
        json!({
            "nbf": NOW - 60, "exp": NOW + 300, "iss": "ISSUER", "aud": CLIENT, "nonce": "nonce", "iat": NOW - 60,
            "at_hash": "hash", "sid": "C4E9", "sub": "alice", "auth_time": NOW - 70, "idp": "local", "amr": ["pwd"],
        }),
    )
}

#[tokio::test]
async fn an_access_token_of_identity_server_is_accepted_with_its_scopes_as_an_array_or_a_string() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(Profile::Rfc9068).clients([CLIENT]);
    for scope in [
        json!(["openid", "read:products"]),
        json!("openid read:products"),
    ] {
        let token = access_token().with(json!({ "scope": scope }));
        let token = env.accepted(&verifier, &token).await;
        assert_eq!((token.subject(), token.client_id()), ("alice", CLIENT));
        assert!(token.require_scope("read:products").is_ok());
    }
}

#[tokio::test]
async fn what_is_no_access_token_of_identity_server_for_this_api_is_refused() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(Profile::Rfc9068).clients([CLIENT]);
    env.refuses_all_others(&verifier, &access_token(), &id_token())
        .await;
    for (changes, reason) in [
        (
            json!({ "client_id": "another-client" }),
            BearerErrorKind::WrongClient,
        ),
        (
            json!({ "client_id": null, "azp": CLIENT }),
            BearerErrorKind::MalformedToken,
        ),
        (json!({ "jti": null }), BearerErrorKind::MalformedToken),
        // Client credentials have no subject there.
        (json!({ "sub": null }), BearerErrorKind::MalformedToken),
        (json!({ "scope": 5 }), BearerErrorKind::MalformedToken),
    ] {
        let token = access_token().with(changes);
        assert_eq!(env.rejected(&verifier, &token).await, reason, "{token:?}");
    }
    for typ in [json!("JWT"), json!("id+jwt"), json!(null), json!("")] {
        let token = access_token().with_header(json!({ "typ": typ }));
        assert_eq!(
            env.rejected(&verifier, &token).await,
            BearerErrorKind::NotAnAccessToken
        );
    }
}
