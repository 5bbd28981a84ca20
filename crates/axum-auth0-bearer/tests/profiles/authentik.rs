//! Authentik: <https://docs.goauthentik.io/add-secure-apps/providers/oauth2/>. An access token is made of the ID token's claims, with
//! `azp`, `uid` and `scope` beside them, and for the same audience, the client.

use axum_auth0_bearer::{BearerErrorKind, CustomProfile, Verifier};
use serde_json::json;

use crate::env::{CLIENT, NOW, TestEnv, Token};

pub(crate) fn profile() -> CustomProfile {
    CustomProfile::marked_by_claims(["uid", "scope"])
        .unwrap()
        .client_claims(["azp"])
        .accept_client_in_audience()
        .accept_nonce()
}

pub(crate) fn access_token() -> Token {
    Token::new(
        json!({ "typ": "JWT" }),
        json!({
            "iss": "ISSUER", "sub": "8e1b2c", "aud": CLIENT, "exp": NOW + 300, "iat": NOW - 60, "auth_time": NOW - 70,
            "acr": "goauthentik.io/providers/oauth2/default", "amr": ["pwd"], "nonce": "nonce", "sid": "5f1c",
            "email": "alice@example.com", "email_verified": true, "azp": CLIENT, "uid": "kW5dBpHQ6r",
            "scope": "openid email read:products",
        }),
    )
}

pub(crate) fn id_token() -> Token {
    Token::new(
        json!({ "typ": "JWT" }),
        json!({
            "iss": "ISSUER", "sub": "8e1b2c", "aud": CLIENT, "exp": NOW + 300, "iat": NOW - 60, "auth_time": NOW - 70,
            "acr": "goauthentik.io/providers/oauth2/default", "amr": ["pwd"], "nonce": "nonce", "sid": "5f1c", "at_hash": "hash",
            "email": "alice@example.com", "email_verified": true,
        }),
    )
}

fn verifier(env: &TestEnv) -> Verifier {
    Verifier::with_provider(env.provider.clone(), CLIENT).profile(profile())
}

#[tokio::test]
async fn an_access_token_of_authentik_is_accepted_by_a_custom_profile() {
    let env = TestEnv::new().await;
    let token = env.accepted(&verifier(&env), &access_token()).await;
    assert_eq!((token.subject(), token.client_id()), ("8e1b2c", CLIENT));
    assert!(token.has_scope("read:products"));
    let refreshed = access_token().with(json!({ "nonce": null }));
    env.accepted(&verifier(&env), &refreshed).await;
}

#[tokio::test]
async fn what_is_no_access_token_of_authentik_for_this_api_is_refused() {
    let env = TestEnv::new().await;
    let verifier = verifier(&env);
    env.refuses_all_others(&verifier, &access_token(), &id_token())
        .await;
    for (changes, reason) in [
        (json!({ "azp": null }), BearerErrorKind::MalformedToken),
        (json!({ "uid": null }), BearerErrorKind::NotAnAccessToken),
        (json!({ "scope": null }), BearerErrorKind::NotAnAccessToken),
        (json!({ "uid": "" }), BearerErrorKind::NotAnAccessToken),
    ] {
        let token = access_token().with(changes);
        assert_eq!(env.rejected(&verifier, &token).await, reason, "{token:?}");
    }
    let served = verifier.clone().clients(["another-client"]);
    assert_eq!(
        env.rejected(&served, &access_token()).await,
        BearerErrorKind::WrongClient
    );
    // An ID token is for the client, as the access token is.
    for token in [id_token(), id_token().refreshed()] {
        assert_eq!(
            env.rejected(&verifier, &token).await,
            BearerErrorKind::NotAnAccessToken
        );
        let with_azp = token.with(json!({ "azp": CLIENT, "at_hash": null }));
        assert_eq!(
            env.rejected(&verifier, &with_azp).await,
            BearerErrorKind::NotAnAccessToken
        );
    }
}
