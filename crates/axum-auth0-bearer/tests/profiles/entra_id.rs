//! Microsoft Entra ID: <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>.

use axum_auth0_bearer::{BearerErrorKind, Principal, Profile};
use serde_json::json;

use crate::env::{API, NOW, TestEnv, Token};

const CLIENT: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";
const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const V1_ISSUER: &str = "https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/";

pub(crate) fn v2_access_token() -> Token {
    Token::new(
        json!({ "typ": "JWT" }),
        json!({
            "aud": API, "iss": "ISSUER", "iat": NOW - 300, "nbf": NOW - 300, "exp": NOW + 3600, "aio": "AVQAq/8TAAAA",
            "azp": CLIENT, "azpacr": "1", "name": "Alice", "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474",
            "preferred_username": "alice@example.com", "rh": "I", "scp": "read:products write:products",
            "sub": "HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ", "tid": TENANT, "uti": "fqiBqXLPj0eQa82S", "ver": "2.0",
        }),
    )
}

pub(crate) fn v1_access_token() -> Token {
    Token::new(
        json!({ "typ": "JWT", "x5t": "i6lGk3FZzxRcUb2C3nEQ7syHJlY" }),
        json!({
            "aud": API, "iss": V1_ISSUER, "iat": NOW - 300, "nbf": NOW - 300, "exp": NOW + 3600, "acr": "1",
            "aio": "AXQAi/8IAAAA", "amr": ["pwd"], "appid": CLIENT, "appidacr": "1", "ipaddr": "192.0.2.1",
            "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474", "rh": "I", "scp": "read:products",
            "sub": "l3_roISQU222bULS9yi2k0XpqpOiMz5H3ZACo1GeXA", "tid": TENANT, "unique_name": "alice@example.com",
            "upn": "alice@example.com", "uti": "fqiBqXLPj0eQa82S", "ver": "1.0",
        }),
    )
}

pub(crate) fn v2_id_token() -> Token {
    Token::new(
        json!({ "typ": "JWT" }),
        json!({
            "ver": "2.0", "iss": "ISSUER", "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", "aud": CLIENT,
            "exp": NOW + 3600, "iat": NOW - 300, "nbf": NOW - 300, "name": "Alice", "preferred_username": "alice@example.com",
            "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474", "tid": TENANT, "nonce": "123523", "roles": ["Reader"],
            "aio": "Df2UVXL1ix", "rh": "I", "uti": "fqiBqXLPj0eQa82S",
        }),
    )
}

fn v1_id_token() -> Token {
    v2_id_token().with(json!({ "ver": "1.0", "iss": V1_ISSUER, "upn": "alice@example.com", "unique_name": "alice@example.com" }))
}

#[tokio::test]
async fn a_v2_access_token_of_entra_id_is_accepted_also_if_the_client_is_the_api() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(Profile::EntraId).clients([CLIENT]);
    let token = env.accepted(&verifier, &v2_access_token()).await;
    assert_eq!(token.client_id(), CLIENT);
    assert_eq!(token.principal(), Principal::User);
    assert_eq!(
        token.scopes().collect::<Vec<_>>(),
        ["read:products", "write:products"]
    );

    let own_api = v2_access_token().with(json!({ "azp": API }));
    env.accepted(&env.verifier(Profile::EntraId), &own_api)
        .await;
}

#[tokio::test]
async fn a_v1_access_token_of_entra_id_is_accepted_under_its_own_issuer() {
    let env = TestEnv::new().await;
    let verifier = env
        .verifier(Profile::EntraId)
        .token_issuers([V1_ISSUER])
        .clients([CLIENT]);
    let token = env.accepted(&verifier, &v1_access_token()).await;
    assert_eq!((token.issuer(), token.client_id()), (V1_ISSUER, CLIENT));
    // v2's issuer is not in the list.
    assert_eq!(
        env.rejected(&verifier, &v2_access_token()).await,
        BearerErrorKind::WrongIssuer
    );
    let without = env.verifier(Profile::EntraId);
    assert_eq!(
        env.rejected(&without, &v1_access_token()).await,
        BearerErrorKind::WrongIssuer
    );
}

#[tokio::test]
async fn what_is_no_access_token_of_entra_id_for_this_api_is_refused() {
    let env = TestEnv::new().await;
    let v2 = env.verifier(Profile::EntraId).clients([CLIENT]);
    env.refuses_all_others(&v2, &v2_access_token(), &v2_id_token())
        .await;
    let v1 = v2.clone().token_issuers([V1_ISSUER]);
    env.refuses_all_others(&v1, &v1_access_token(), &v1_id_token())
        .await;
    for (changes, reason) in [
        (
            json!({ "azp": "another-client" }),
            BearerErrorKind::WrongClient,
        ),
        (json!({ "azp": null }), BearerErrorKind::MalformedToken),
        (
            json!({ "scp": null, "azpacr": null }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (
            json!({ "nonce": "123523" }),
            BearerErrorKind::NotAnAccessToken,
        ),
        // Client credentials.
        (
            json!({ "scp": null, "roles": ["Products.Read.All"] }),
            BearerErrorKind::ClientCredentialsNotAllowed,
        ),
        (
            json!({ "idtyp": "app" }),
            BearerErrorKind::ClientCredentialsNotAllowed,
        ),
    ] {
        let token = v2_access_token().with(changes);
        assert_eq!(env.rejected(&v2, &token).await, reason, "{token:?}");
    }
}

/// An ID token is for its client, and the API may have the same identifier as the client.
#[tokio::test]
async fn an_id_token_is_refused_by_an_api_that_shares_the_clients_registration() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(Profile::EntraId);
    for token in [v2_id_token(), v2_id_token().refreshed()] {
        let token = token.with(json!({ "aud": API }));
        env.rejected(&verifier, &token).await;
        env.rejected(&verifier, &token.with(json!({ "azp": API })))
            .await;
    }
}
