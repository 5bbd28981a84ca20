//! Amazon Cognito: <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html>.

use axum_auth0_bearer::{BearerErrorKind, Principal, Profile, Verifier};
use serde_json::json;

use crate::env::{API, CLIENT, NOW, TestEnv, Token};

pub(crate) fn access_token() -> Token {
    Token::new(
        json!({}),
        json!({
            "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "cognito:groups": ["customers"], "iss": "ISSUER", "version": 2,
            "client_id": CLIENT, "origin_jti": "f5f13ef3", "event_id": "9c8f1b1b", "token_use": "access",
            "scope": format!("openid {API}/read"), "auth_time": NOW - 70, "exp": NOW + 3600, "iat": NOW - 60,
            "jti": "e5e1", "username": "alice",
        }),
    )
}

pub(crate) fn id_token() -> Token {
    Token::new(
        json!({}),
        json!({
            "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "cognito:groups": ["customers"], "email_verified": true,
            "iss": "ISSUER", "cognito:username": "alice", "nonce": "nonce", "origin_jti": "f5f13ef3", "aud": CLIENT,
            "event_id": "9c8f1b1b", "token_use": "id", "auth_time": NOW - 70, "exp": NOW + 3600, "iat": NOW - 60, "jti": "e5e1",
            "email": "alice@example.com", "at_hash": "hash",
        }),
    )
}

#[tokio::test]
async fn an_access_token_of_cognito_is_accepted_for_its_client() {
    let env = TestEnv::new().await;
    let listed = env
        .verifier(Profile::Cognito)
        .clients(["another-client", CLIENT]);
    // Without a list the verifier's audience is the client.
    let by_audience =
        Verifier::with_provider(env.provider.clone(), CLIENT).profile(Profile::Cognito);
    for verifier in [&listed, &by_audience] {
        let token = env.accepted(verifier, &access_token()).await;
        assert_eq!(
            (token.client_id(), token.principal()),
            (CLIENT, Principal::User)
        );
        assert!(token.has_scope(&format!("{API}/read")));
    }
    // A request with `resource` adds the audience.
    let bound = access_token().with(json!({ "aud": API }));
    env.accepted(&listed, &bound).await;
}

#[tokio::test]
async fn what_is_no_access_token_of_cognito_for_this_api_is_refused() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(Profile::Cognito).clients([CLIENT]);
    env.refuses_all_others(&verifier, &access_token(), &id_token())
        .await;
    for (changes, reason) in [
        (
            json!({ "client_id": "another-client" }),
            BearerErrorKind::WrongClient,
        ),
        (
            json!({ "client_id": null }),
            BearerErrorKind::MalformedToken,
        ),
        (json!({ "client_id": "" }), BearerErrorKind::MalformedToken),
        (
            json!({ "token_use": "id" }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (
            json!({ "token_use": null }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (
            json!({ "token_use": ["access"] }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (
            json!({ "nonce": "nonce" }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (json!({ "aud": CLIENT }), BearerErrorKind::WrongAudience),
        (
            json!({ "aud": [API, CLIENT] }),
            BearerErrorKind::NotAnAccessToken,
        ),
        // Client credentials.
        (
            json!({ "sub": CLIENT, "username": null }),
            BearerErrorKind::ClientCredentialsNotAllowed,
        ),
    ] {
        let token = access_token().with(changes);
        assert_eq!(env.rejected(&verifier, &token).await, reason, "{token:?}");
    }
    let of_another_api = env.verifier(Profile::Cognito);
    assert_eq!(
        env.rejected(&of_another_api, &access_token()).await,
        BearerErrorKind::WrongClient
    );
}

#[tokio::test]
async fn an_id_token_of_cognito_is_refused_where_the_audience_is_the_client() {
    let env = TestEnv::new().await;
    let verifier = Verifier::with_provider(env.provider.clone(), CLIENT).profile(Profile::Cognito);
    for token in [id_token(), id_token().refreshed()] {
        assert_eq!(
            env.rejected(&verifier, &token).await,
            BearerErrorKind::NotAnAccessToken
        );
        let with_client = token.with(json!({ "client_id": CLIENT }));
        assert_eq!(
            env.rejected(&verifier, &with_client).await,
            BearerErrorKind::NotAnAccessToken
        );
    }
}
