//! Several issuers at once: each token is verified with the keys of the provider that its `iss` belongs to, and with no other's.

use axum::response::IntoResponse as _;
use axum_auth0_bearer::{BearerErrorKind, Profile, TrustedIssuer};
use serde_json::json;
use test_support::{Endpoint, Signer, log_capture};

use crate::{
    entra_id,
    env::{CLIENT, TestEnv},
    keycloak, okta,
};

#[tokio::test]
async fn tokens_of_two_providers_are_accepted_each_by_its_own_profile_and_keys() {
    let okta = TestEnv::new().await;
    let keycloak = TestEnv::with_key(Signer::es256("first", 2)).await;
    let verifier = okta
        .verifier(Profile::Okta)
        .trust(TrustedIssuer::new(keycloak.provider.clone()).profile(Profile::Keycloak));
    let of_okta = okta.accepted(&verifier, &okta::access_token()).await;
    assert_eq!(of_okta.issuer(), okta.fake.issuer());
    let of_keycloak = keycloak
        .accepted(&verifier, &keycloak::access_token())
        .await;
    assert_eq!(of_keycloak.issuer(), keycloak.fake.issuer());

    // The right issuer with the other provider's key, and the other way round.
    for (env, other, token) in [
        (&okta, &keycloak, okta::access_token()),
        (&keycloak, &okta, keycloak::access_token()),
    ] {
        let forged = env.signed_by(&other.fake.signer(), &token);
        let error = verifier.verify(&forged).await.unwrap_err();
        assert_eq!(error.kind(), &BearerErrorKind::WrongSignature);
    }
    // A profile goes with its provider.
    let swapped = keycloak.signed(&okta::access_token());
    assert!(verifier.verify(&swapped).await.is_err());
    for id_token in [okta::id_token(), keycloak::id_token()] {
        for env in [&okta, &keycloak] {
            env.rejected(&verifier, &id_token).await;
        }
    }
}

#[tokio::test]
async fn a_provider_can_have_another_identifier_for_the_api_and_other_clients() {
    let okta = TestEnv::new().await;
    let entra = TestEnv::with_key(Signer::es256("first", 2)).await;
    let verifier = okta.verifier(Profile::Okta).trust(
        TrustedIssuer::new(entra.provider.clone())
            .profile(Profile::EntraId)
            .audience("api://products")
            .clients(["6731de76-14a6-49ae-97bc-6eba6914391e"]),
    );
    let token = entra_id::v2_access_token();
    let for_it = token.with(json!({ "aud": "api://products" }));
    entra.accepted(&verifier, &for_it).await;
    assert_eq!(
        entra.rejected(&verifier, &token).await,
        BearerErrorKind::WrongAudience
    );
    let of_another = for_it.with(json!({ "azp": CLIENT }));
    assert_eq!(
        entra.rejected(&verifier, &of_another).await,
        BearerErrorKind::WrongClient
    );
    // The list is that of one provider.
    okta.accepted(&verifier, &okta::access_token()).await;
}

#[tokio::test]
async fn a_second_name_of_a_provider_is_compared_exactly_and_signed_with_its_keys() {
    const SECOND: &str = "https://login.example.com/";
    let env = TestEnv::new().await;
    let verifier = env
        .verifier(Profile::Okta)
        .token_issuers([env.fake.issuer(), SECOND]);
    for iss in ["ISSUER", SECOND] {
        env.accepted(&verifier, &okta::access_token().with(json!({ "iss": iss })))
            .await;
    }
    for iss in [
        "https://login.example.com",
        "https://LOGIN.example.com/",
        "https://login.example.com/x",
        "http://login.example.com/",
    ] {
        let token = okta::access_token().with(json!({ "iss": iss }));
        assert_eq!(
            env.rejected(&verifier, &token).await,
            BearerErrorKind::WrongIssuer,
            "{iss}"
        );
    }
    let token = okta::access_token().with(json!({ "iss": SECOND }));
    let forged = env.signed_by(&Signer::es256("first", 66), &token);
    let error = verifier.verify(&forged).await.unwrap_err();
    assert_eq!(error.kind(), &BearerErrorKind::WrongSignature);
}

#[tokio::test]
async fn an_untrusted_issuer_is_named_in_the_log_and_no_keys_are_fetched() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(Profile::Okta);
    let token = okta::access_token().with(json!({ "iss": "https://stranger.example.com/" }));
    let error = verifier.verify(&env.signed(&token)).await.unwrap_err();
    assert_eq!(error.kind(), &BearerErrorKind::WrongIssuer);
    let _ = error.into_response();
    assert_eq!(env.fake.request_count(Endpoint::Keys), 0);
    let log = log_capture::captured();
    assert!(log.contains("https://stranger.example.com/"));
    assert!(!log.contains(&env.signed(&token)));
    let without = okta::access_token().with(json!({ "iss": null }));
    assert_eq!(
        env.rejected(&verifier, &without).await,
        BearerErrorKind::MalformedToken
    );
}
