//! Client authentication with a private key (`private_key_jwt`, OpenID Connect Core 1.0 §9, RFC 7523).

use axum_auth0::{config::ClientCredentials, jwt::SigningKey};
use http::StatusCode;

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{CLIENT_ID, Endpoint, RecordedRequest};

pub(crate) const P256: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4e/64Yvi4Sa1jorK
6rmC3QZc7rq8LEZLeTQYyYEKTVqhRANCAASF1He7LXZSHMCHLBdZXTkS6tEH7D+B
xA6b9/SBHsoWN5f6XdVyziozahOAVzTfNOAYCD9Xt2Sg/QL2dtgTThDv
-----END PRIVATE KEY-----";
pub(crate) const ED25519: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIN9P/wh3TDc3NOs6liOQJQKNK9XbjCo/66yumB4m4/v4
-----END PRIVATE KEY-----";

/// Returns a site with the private key `pem`, at a provider that knows the public key of `registered`.
async fn env_with(pem: &str, registered: &str) -> TestEnv {
    let env = TestEnvBuilder::new()
        .unset("AUTH0_CLIENT_SECRET")
        .set("AUTH0_CLIENT_ASSERTION_SIGNING_KEY", pem)
        .build()
        .await;
    let key = SigningKey::from_pem(registered, None).unwrap();
    let jwk = key.public_jwk().into();
    env.provider.policy(|policy| policy.client_key = Some(jwk));
    env
}

fn header_and_claims(request: &RecordedRequest) -> (serde_json::Value, serde_json::Value) {
    let token = request.get("client_assertion").unwrap();
    let mut parts = token.split('.').map(|part| {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap_or_default())
            .unwrap_or_default()
    });
    (parts.next().unwrap(), parts.next().unwrap())
}

#[tokio::test]
async fn code_exchange_refresh_and_revocation_are_signed() {
    for pem in [P256, ED25519] {
        let env = env_with(pem, pem).await;
        let mut browser = env.browser();
        browser.log_in(&env.provider, "alice").await;
        env.clock.advance(3_600);
        assert_eq!(browser.get("/token").await.status, StatusCode::OK);
        browser.post("/auth/logout", "").await;
        env.provider
            .wait_for_requests(Endpoint::Revocation, 1)
            .await;
        let mut assertions = std::collections::HashSet::new();
        for endpoint in [Endpoint::Exchange, Endpoint::Refresh, Endpoint::Revocation] {
            let requests = env.provider.requests(endpoint);
            assert_eq!(requests.len(), 1, "{endpoint:?}");
            let request = &requests[0];
            assert_eq!(request.authorization, None);
            assert_eq!(request.get("client_secret"), None);
            assert_eq!(request.get("client_id"), Some(CLIENT_ID));
            let (header, claims) = header_and_claims(request);
            assert_eq!(header.get("kid"), None);
            assert_eq!(claims["aud"], env.provider.issuer(), "one string");
            assert!(assertions.insert(claims["jti"].to_string()), "never reused");
        }
        assert_eq!(env.provider.revoked_families(), 1);
    }
}

#[tokio::test]
async fn a_key_that_the_provider_does_not_know_is_a_misconfiguration() {
    let env = env_with(P256, ED25519).await;
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 500, "unknown key")
        .await;
    assert!(
        response.body.contains("AUTH0_CLIENT_ASSERTION_SIGNING_KEY"),
        "{}",
        response.body
    );
}

/// The credentials of nextjs-auth0: the key is used if both are set.
#[tokio::test]
async fn the_key_takes_precedence_over_a_secret() {
    let env = TestEnvBuilder::new()
        .set(
            "AUTH0_CLIENT_ASSERTION_SIGNING_KEY",
            &P256.replace('\n', "\\n"),
        )
        .set("AUTH0_CLIENT_ASSERTION_SIGNING_ALG", "ES256")
        .set("AUTH0_CLIENT_ASSERTION_SIGNING_KEY_ID", "key-1")
        .build()
        .await;
    let config = env.auth0.config();
    assert!(matches!(
        config.client_credentials(),
        ClientCredentials::PrivateKey { .. }
    ));
    let warning = config
        .warnings()
        .iter()
        .find(|warning| warning.variable == "AUTH0_CLIENT_SECRET");
    assert!(warning.is_some());
    let jwk = SigningKey::from_pem(P256, None).unwrap().public_jwk();
    env.provider
        .policy(|policy| policy.client_key = Some(jwk.into()));
    env.browser().log_in(&env.provider, "alice").await;
    let (header, _) = header_and_claims(&env.provider.requests(Endpoint::Exchange)[0]);
    assert_eq!(header["kid"], "key-1");
    assert_eq!(header["alg"], "ES256");
}
