//! Zitadel, with JWT access tokens: <https://zitadel.com/docs/apis/openidoauth/claims>.

use axum_auth0_bearer::{BearerErrorKind, CustomProfile};
use serde_json::json;

use crate::env::{API, NOW, TestEnv, Token};

const CLIENT: &str = "221185372541026307@products";
const OTHER_CLIENT: &str = "221185412348321283@products";

/// As the documentation of this project has it.
pub(crate) fn profile() -> CustomProfile {
    CustomProfile::marked_by_claims(["jti"])
        .unwrap()
        .client_claims(["client_id", "azp"])
        .accept_client_in_audience()
        .reject_claims(["auth_time", "amr", "acr"])
}

pub(crate) fn access_token() -> Token {
    Token::new(
        json!({ "typ": "JWT" }),
        json!({
            "iss": "ISSUER", "sub": "165467338479501569", "aud": [CLIENT, OTHER_CLIENT, API], "exp": NOW + 3600, "iat": NOW - 60,
            "nbf": NOW - 60, "jti": "V2_221185-at_221185", "client_id": CLIENT,
            "urn:zitadel:iam:org:project:roles": { "customer": { "165467338479435776": "example.com" } },
        }),
    )
}

pub(crate) fn id_token() -> Token {
    Token::new(
        json!({ "typ": "JWT" }),
        json!({
            "iss": "ISSUER", "sub": "165467338479501569", "aud": [CLIENT, OTHER_CLIENT], "exp": NOW + 3600, "iat": NOW - 60,
            "auth_time": NOW - 70, "nonce": "nonce", "amr": ["pwd"], "azp": CLIENT, "client_id": CLIENT, "at_hash": "hash",
            "sid": "V1_221185",
        }),
    )
}

#[tokio::test]
async fn an_access_token_of_zitadel_is_accepted_by_a_custom_profile() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(profile()).clients([CLIENT]);
    let token = env.accepted(&verifier, &access_token()).await;
    assert_eq!(
        (token.subject(), token.client_id()),
        ("165467338479501569", CLIENT)
    );
    assert_eq!(token.scopes().count(), 0);
    assert!(token.claims().has("urn:zitadel:iam:org:project:roles"));
    let with_azp = access_token().with(json!({ "client_id": null, "azp": CLIENT }));
    env.accepted(&verifier, &with_azp).await;
}

#[tokio::test]
async fn what_is_no_access_token_of_zitadel_for_this_api_is_refused() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(profile()).clients([CLIENT]);
    env.refuses_all_others(&verifier, &access_token(), &id_token())
        .await;
    for (changes, reason) in [
        (
            json!({ "client_id": OTHER_CLIENT }),
            BearerErrorKind::WrongClient,
        ),
        (
            json!({ "client_id": null }),
            BearerErrorKind::MalformedToken,
        ),
        (json!({ "jti": null }), BearerErrorKind::NotAnAccessToken),
        (
            json!({ "auth_time": NOW }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (json!({ "amr": ["pwd"] }), BearerErrorKind::NotAnAccessToken),
        (
            json!({ "nonce": "nonce" }),
            BearerErrorKind::NotAnAccessToken,
        ),
    ] {
        let token = access_token().with(changes);
        assert_eq!(env.rejected(&verifier, &token).await, reason, "{token:?}");
    }
    let with_jti = id_token()
        .refreshed()
        .with(json!({ "jti": "1", "aud": [CLIENT, API] }));
    assert_eq!(
        env.rejected(&verifier, &with_jti).await,
        BearerErrorKind::NotAnAccessToken
    );
}
