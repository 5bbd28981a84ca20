//! Ory Hydra with the JWT strategy: <https://www.ory.com/docs/oauth2-oidc/jwt-access-token>.

use axum_auth0_bearer::{BearerErrorKind, CustomProfile, Profile};
use serde_json::json;

use crate::env::{API, CLIENT, NOW, TestEnv, Token};

pub(crate) fn profile() -> CustomProfile {
    CustomProfile::marked_by_claims(["client_id"]).unwrap()
}

pub(crate) fn access_token() -> Token {
    Token::new(
        json!({ "typ": "JWT" }),
        json!({
            "aud": [API], "client_id": CLIENT, "exp": NOW + 3600, "ext": {}, "iat": NOW - 60, "iss": "ISSUER", "jti": "d9d4",
            "nbf": NOW - 60, "scp": ["openid", "read:products"], "sub": "alice",
        }),
    )
}

pub(crate) fn id_token() -> Token {
    Token::new(
        json!({ "typ": "JWT" }),
        json!({
            "at_hash": "hash", "aud": [CLIENT], "auth_time": NOW - 70, "exp": NOW + 3600, "iat": NOW - 60, "iss": "ISSUER",
            "jti": "37d6", "nonce": "nonce", "rat": NOW - 80, "sid": "c4e9", "sub": "alice", "amr": ["pwd"],
        }),
    )
}

#[tokio::test]
async fn an_access_token_of_hydra_is_accepted_with_its_scopes_as_an_array() {
    let env = TestEnv::new().await;
    for verifier in [env.verifier(profile()), env.verifier(Profile::Auth0)] {
        let token = env.accepted(&verifier, &access_token()).await;
        assert_eq!((token.subject(), token.client_id()), ("alice", CLIENT));
        assert!(token.require_scope("read:products").is_ok());
        // `strategies.jwt.scope_claim: both`, or `string`.
        for scopes in [
            json!({ "scope": "openid read:products" }),
            json!({ "scope": "openid read:products", "scp": null }),
        ] {
            let token = env.accepted(&verifier, &access_token().with(scopes)).await;
            assert!(token.has_scope("read:products"));
        }
    }
}

#[tokio::test]
async fn what_is_no_access_token_of_hydra_for_this_api_is_refused() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(profile()).clients([CLIENT]);
    env.refuses_all_others(&verifier, &access_token(), &id_token())
        .await;
    for (changes, reason) in [
        (
            json!({ "client_id": "another-client" }),
            BearerErrorKind::WrongClient,
        ),
        (
            json!({ "client_id": null }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (json!({ "aud": [] }), BearerErrorKind::MalformedToken),
        (
            json!({ "aud": [API, CLIENT] }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (
            json!({ "sub": CLIENT }),
            BearerErrorKind::ClientCredentialsNotAllowed,
        ),
    ] {
        let token = access_token().with(changes);
        assert_eq!(env.rejected(&verifier, &token).await, reason, "{token:?}");
    }
}
