//! Exchange of a token of another system (RFC 8693, Auth0's Custom Token Exchange).

use axum_auth0::{
    DiagnosisCode, IssuedTokens, TokenError, TokenExchange, TokenExchangeError, TokenType,
};
use secrecy::ExposeSecret as _;
use serde_json::json;
use test_support::{EXTERNAL_TOKEN, Endpoint, PRODUCTS, Part, ProductsApi, Reply};

use crate::{TestEnv, TestEnvBuilder};

type Result = std::result::Result<IssuedTokens<ProductsApi>, TokenExchangeError>;

fn legacy() -> TokenType {
    TokenType::custom("urn:example:legacy-session").unwrap()
}

fn exchange_of(user: &str) -> TokenExchange {
    TokenExchange::new(format!("{EXTERNAL_TOKEN}{user}"), legacy()).extra_scopes(["openid"])
}

async fn exchange(env: &TestEnv, exchange: TokenExchange) -> Result {
    env.auth0.exchange_token(exchange).await
}

#[tokio::test]
async fn a_token_of_another_system_is_exchanged_for_tokens_of_its_user() {
    let env = TestEnv::new().await;
    let request = exchange_of("alice")
        .organization("acme")
        .extra_scopes(["offline_access"]);
    for part in [Part::IdToken, Part::AccessToken] {
        env.provider.modify(part, |claims| {
            claims["org_id"] = json!("org_acme");
            claims["org_name"] = json!("acme");
        });
    }
    let tokens = exchange(&env, request).await.unwrap();
    assert_eq!(tokens.access_token().audience(), PRODUCTS);
    assert_eq!(tokens.claims().unwrap()["sub"], "auth0|alice");
    assert!(
        tokens
            .refresh_token()
            .unwrap()
            .expose_secret()
            .starts_with("canary")
    );
    assert_eq!(tokens.expires_at(), Some(env.clock_now() + 3_600));
    let sent = &env.provider.requests(Endpoint::OtherGrant)[0];
    assert_eq!(
        sent.get("grant_type"),
        Some("urn:ietf:params:oauth:grant-type:token-exchange")
    );
    assert_eq!(
        sent.get("subject_token_type"),
        Some("urn:example:legacy-session")
    );
    assert_eq!(sent.get("organization"), Some("acme"));
    assert_eq!(
        sent.get("scope"),
        Some("offline_access openid read:products write:products")
    );
    assert_eq!(sent.get("actor_token"), None);
    assert!(env.store.logins().await.is_empty(), "there is no session");
}

#[tokio::test]
async fn an_actor_is_sent_and_kept() {
    let env = TestEnv::new().await;
    let actor = format!("{EXTERNAL_TOKEN}support");
    let tokens = exchange(&env, exchange_of("alice").actor(actor, TokenType::JWT))
        .await
        .unwrap();
    assert_eq!(tokens.actor().unwrap()["sub"], "support");
    let sent = &env.provider.requests(Endpoint::OtherGrant)[0];
    assert_eq!(sent.get("actor_token_type"), Some(TokenType::JWT.as_str()));
    env.provider
        .modify(Part::AccessToken, |claims| claims["act"] = json!("support"));
    let error = exchange(&env, exchange_of("alice")).await.unwrap_err();
    assert!(
        matches!(error, TokenExchangeError::InvalidResponse(_)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_refused_token_is_an_error_without_the_token() {
    let env = TestEnv::new().await;
    let unknown = TokenExchange::new("canary-unknown", legacy());
    env.secrets.add("subject token", "canary-unknown");
    assert!(!format!("{unknown:?}").contains("canary"));
    let error = exchange(&env, unknown).await.unwrap_err();
    let TokenExchangeError::Refused { code, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(code, "invalid_request");
    for empty in [
        TokenExchange::new(" ", legacy()),
        exchange_of("alice").actor("", TokenType::ID_TOKEN),
    ] {
        let error = exchange(&env, empty).await.unwrap_err();
        assert!(matches!(error, TokenExchangeError::EmptyToken));
    }
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 1);
}

/// Returns the error of an exchange whose response is modified.
async fn error_after(part: Part, modify: fn(&mut serde_json::Value)) -> TokenExchangeError {
    let env = TestEnv::new().await;
    env.provider.modify(part, modify);
    exchange(&env, exchange_of("alice")).await.unwrap_err()
}

#[tokio::test]
async fn a_response_that_is_not_what_was_requested_is_refused() {
    let error = error_after(Part::AccessToken, |claims| {
        claims["aud"] = json!("https://x.example.com");
    })
    .await;
    assert!(
        matches!(
            error,
            TokenExchangeError::Token(TokenError::Misconfigured(_))
        ),
        "{error:?}"
    );
    let error = error_after(Part::AccessToken, |claims| {
        claims["scope"] = json!("openid");
    })
    .await;
    let TokenExchangeError::Token(TokenError::Misconfigured(diagnosis)) = error else {
        panic!("{error:?}");
    };
    assert_eq!(diagnosis.code(), DiagnosisCode::ScopeNotGranted);
    for kind in ["refresh_token", "id_token", "jwt"] {
        let modify = match kind {
            "refresh_token" => |response: &mut serde_json::Value| {
                response["issued_token_type"] =
                    json!("urn:ietf:params:oauth:token-type:refresh_token");
            },
            _ => |response: &mut serde_json::Value| response["issued_token_type"] = json!("other"),
        };
        let error = error_after(Part::GrantResponse, modify).await;
        assert!(
            matches!(error, TokenExchangeError::InvalidResponse(_)),
            "{error:?}"
        );
    }
    let id_tokens: [fn(&mut serde_json::Value); 5] = [
        |claims| claims["aud"] = json!("another client"),
        |claims| claims["iss"] = json!("https://x.example.com/"),
        |claims| claims["exp"] = json!(1),
        |claims| claims["at_hash"] = json!("of another token"),
        |claims| claims["sub"] = json!(""),
    ];
    for modify in id_tokens {
        let error = error_after(Part::IdToken, modify).await;
        assert!(matches!(error, TokenExchangeError::IdToken(_)), "{error:?}");
    }
}

#[tokio::test]
async fn the_organization_of_an_exchange_is_checked() {
    let env = TestEnv::new().await;
    let error = exchange(&env, exchange_of("alice").organization("acme"))
        .await
        .unwrap_err();
    assert!(matches!(error, TokenExchangeError::IdToken(_)), "{error:?}");
}

#[tokio::test]
async fn outages_and_misconfigurations_are_told_from_a_refusal() {
    let env = TestEnv::new().await;
    env.provider
        .reply(Endpoint::OtherGrant, Reply::busy(503, "7"));
    let error = exchange(&env, exchange_of("alice")).await.unwrap_err();
    assert!(
        matches!(
            error,
            TokenExchangeError::Token(TokenError::ProviderUnavailable {
                retry_after: Some(_)
            })
        ),
        "{error:?}"
    );
    env.provider.reply(
        Endpoint::OtherGrant,
        Reply::error(403, "unauthorized_client"),
    );
    let error = exchange(&env, exchange_of("alice")).await.unwrap_err();
    let TokenExchangeError::Token(TokenError::Misconfigured(diagnosis)) = error else {
        panic!("{error:?}");
    };
    assert!(
        diagnosis.fix().contains("grant Token Exchange"),
        "{diagnosis}"
    );
}

/// Nothing says what an opaque token is for, except the type of the issued token.
#[tokio::test]
async fn an_opaque_token_is_accepted_if_the_api_is_configured_for_it() {
    let env = TestEnvBuilder::new()
        .set("PRODUCTS_API_TOKEN_FORMAT", "opaque")
        .build()
        .await;
    env.provider
        .policy(|policy| policy.opaque_access_tokens = true);
    let tokens = exchange(&env, exchange_of("alice")).await.unwrap();
    assert!(tokens.actor().is_none());
    env.provider.modify(Part::GrantResponse, |response| {
        response["issued_token_type"] = json!(null);
    });
    let error = exchange(&env, exchange_of("alice")).await.unwrap_err();
    assert!(
        matches!(error, TokenExchangeError::InvalidResponse(_)),
        "{error:?}"
    );
}
