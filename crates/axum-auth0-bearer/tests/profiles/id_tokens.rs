//! No ID token passes for an access token, whatever the profile: neither that of its own provider nor another one's, and neither at
//! an API of its own nor at one that has the client's identifier.

use axum_auth0_bearer::{Profile, Verifier};
use serde_json::json;

use crate::{
    adfs, authentik, cognito, entra_id,
    env::{API, CLIENT, NOW, TestEnv, Token},
    identity_server, keycloak, okta, ory_hydra, zitadel,
};

fn auth0_id_token() -> Token {
    Token::new(
        json!({ "typ": "JWT" }),
        json!({
            "iss": "ISSUER", "sub": "auth0|alice", "aud": CLIENT, "iat": NOW - 60, "exp": NOW + 36_000, "nonce": "nonce",
            "sid": "session", "name": "Alice", "email": "alice@example.com", "email_verified": true,
        }),
    )
}

fn profiles() -> Vec<(&'static str, Profile)> {
    vec![
        ("Auth0", Profile::Auth0),
        ("RFC 9068", Profile::Rfc9068),
        ("Okta", Profile::Okta),
        ("Entra ID", Profile::EntraId),
        ("Cognito", Profile::Cognito),
        ("Keycloak", Profile::Keycloak),
        ("Zitadel", zitadel::profile().into()),
        ("Authentik", authentik::profile().into()),
        ("Ory Hydra", ory_hydra::profile().into()),
        ("AD FS", adfs::profile().into()),
    ]
}

#[tokio::test]
async fn no_id_token_passes_in_any_profile() {
    let env = TestEnv::new().await;
    let id_tokens = [
        ("Auth0", auth0_id_token()),
        ("IdentityServer", identity_server::id_token()),
        ("Okta", okta::id_token()),
        ("Entra ID", entra_id::v2_id_token()),
        ("Cognito", cognito::id_token()),
        ("Keycloak", keycloak::id_token()),
        ("Zitadel", zitadel::id_token()),
        ("Authentik", authentik::id_token()),
        ("Ory Hydra", ory_hydra::id_token()),
        ("AD FS", adfs::id_token()),
    ];
    for (profile_of, profile) in profiles() {
        for (token_of, id_token) in &id_tokens {
            let client = match &id_token.claims["aud"] {
                serde_json::Value::Array(clients) => clients[0].clone(),
                client => client.clone(),
            };
            for token in [id_token.clone(), id_token.refreshed()] {
                // Many libraries add `azp`, which OpenID Connect Core §2 allows.
                for token in [token.clone(), token.with(json!({ "azp": client }))] {
                    for audience in [API, client.as_str().unwrap()] {
                        let verifier = Verifier::with_provider(env.provider.clone(), audience)
                            .profile(profile.clone());
                        let bearer = verifier.verify(&env.signed(&token)).await;
                        assert!(
                            bearer.is_err(),
                            "{token_of} at {profile_of} for {audience}: {token:?}"
                        );
                    }
                }
            }
        }
    }
}
