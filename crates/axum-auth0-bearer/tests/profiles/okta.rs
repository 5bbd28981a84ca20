//! Okta, custom authorization server: <https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/>.

use axum_auth0_bearer::{BearerErrorKind, Principal, Profile};
use serde_json::json;

use crate::env::{API, CLIENT, NOW, TestEnv, Token};

pub(crate) fn access_token() -> Token {
    Token::new(
        json!({}),
        json!({
            "ver": 1, "jti": "AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE", "iss": "ISSUER", "aud": API,
            "iat": NOW - 60, "exp": NOW + 3600, "cid": CLIENT, "uid": "00ujmkLgagxeRrAg20g3",
            "scp": ["openid", "read:products"], "auth_time": NOW - 70, "sub": "alice@example.com",
        }),
    )
}

pub(crate) fn id_token() -> Token {
    Token::new(
        json!({}),
        json!({
            "ver": 1, "jti": "ID.4eAWJOCMB3SX8XewDfVR", "iss": "ISSUER", "aud": CLIENT, "iat": NOW - 60,
            "exp": NOW + 3600, "sub": "00ujmkLgagxeRrAg20g3", "amr": ["pwd"], "idp": "00ok1u7AsAkrwdZL3z0f",
            "nonce": "nonce", "auth_time": NOW - 70, "at_hash": "preview_at_hash", "preferred_username": "alice@example.com",
        }),
    )
}

#[tokio::test]
async fn an_access_token_of_okta_is_accepted_and_its_scopes_are_those_of_scp() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(Profile::Okta).clients([CLIENT]);
    let token = env.accepted(&verifier, &access_token()).await;
    assert_eq!(
        (token.subject(), token.client_id()),
        ("alice@example.com", CLIENT)
    );
    assert_eq!(token.principal(), Principal::User);
    assert!(token.require_scope("read:products").is_ok());
    assert!(token.require_scope("read").is_err());
    // A newer server names the media type.
    let typed = access_token().with_header(json!({ "typ": "at+jwt" }));
    env.accepted(&verifier, &typed).await;
}

#[tokio::test]
async fn what_is_no_access_token_of_okta_for_this_api_is_refused() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(Profile::Okta).clients([CLIENT]);
    env.refuses_all_others(&verifier, &access_token(), &id_token())
        .await;
    for (changes, reason) in [
        (
            json!({ "cid": "another-client" }),
            BearerErrorKind::WrongClient,
        ),
        (json!({ "cid": null }), BearerErrorKind::NotAnAccessToken),
        (
            json!({ "cid": null, "azp": CLIENT }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (
            json!({ "nonce": "nonce" }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (
            json!({ "jti": "ID.4eAWJOCMB3SX8XewDfVR" }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (
            json!({ "aud": [API, CLIENT] }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (
            json!({ "sub": CLIENT, "uid": null }),
            BearerErrorKind::ClientCredentialsNotAllowed,
        ),
    ] {
        let token = access_token().with(changes);
        assert_eq!(env.rejected(&verifier, &token).await, reason, "{token:?}");
    }
}
