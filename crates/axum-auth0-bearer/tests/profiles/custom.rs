//! What the builder of a profile can say.

use axum_auth0_bearer::{BearerErrorKind, CustomProfile, Principal};
use serde_json::json;

use crate::env::{API, CLIENT, NOW, TestEnv, Token};

fn access_token() -> Token {
    Token::new(
        json!({}),
        json!({
            "iss": "ISSUER", "sub": "alice", "aud": API, "iat": NOW - 60, "exp": NOW + 3600, "client_id": CLIENT, "kind": "access",
        }),
    )
}

#[tokio::test]
async fn a_mark_by_value_needs_that_value() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(CustomProfile::marked_by_value("kind", "access").unwrap());
    env.accepted(&verifier, &access_token()).await;
    for kind in [
        json!("id"),
        json!("Access"),
        json!(true),
        json!(["access"]),
        json!(""),
    ] {
        let token = access_token().with(json!({ "kind": kind }));
        assert_eq!(
            env.rejected(&verifier, &token).await,
            BearerErrorKind::NotAnAccessToken
        );
    }
}

#[tokio::test]
async fn a_mark_by_type_needs_the_media_type() {
    let env = TestEnv::new().await;
    let verifier = env.verifier(CustomProfile::marked_by_type());
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        let token = access_token().with_header(json!({ "typ": typ }));
        env.accepted(&verifier, &token).await;
    }
    for typ in ["JWT", "", "application/", "application/jwt", "jwt+at"] {
        let token = access_token().with_header(json!({ "typ": typ }));
        assert_eq!(
            env.rejected(&verifier, &token).await,
            BearerErrorKind::NotAnAccessToken,
            "{typ}"
        );
    }
}

#[tokio::test]
async fn claims_can_be_required_refused_and_tell_an_application() {
    let env = TestEnv::new().await;
    let profile = CustomProfile::marked_by_value("kind", "access")
        .unwrap()
        .require_claims(["tenant"])
        .reject_claims(["picture"])
        .client_principal_if("grant", "client")
        .subject_claim("user");
    let verifier = env.verifier(profile).allow_client_credentials();
    let good = access_token().with(json!({ "tenant": "a", "user": "bob", "sub": null }));
    let token = env.accepted(&verifier, &good).await;
    assert_eq!(
        (token.subject(), token.principal()),
        ("bob", Principal::User)
    );
    let typed = good.with(json!({ "tenant": 7 }));
    env.accepted(&verifier, &typed).await;
    let application = good.with(json!({ "grant": "client" }));
    let token = env.accepted(&verifier, &application).await;
    assert_eq!(token.principal(), Principal::Client);
    for (changes, reason) in [
        (json!({ "tenant": null }), BearerErrorKind::MalformedToken),
        (json!({ "tenant": "" }), BearerErrorKind::MalformedToken),
        (
            json!({ "picture": "https://example.com/alice" }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (
            json!({ "user": null, "sub": "bob" }),
            BearerErrorKind::MalformedToken,
        ),
    ] {
        let token = good.with(changes);
        assert_eq!(env.rejected(&verifier, &token).await, reason, "{token:?}");
    }
}

#[tokio::test]
async fn the_client_can_be_checked_instead_of_the_audience() {
    let env = TestEnv::new().await;
    let profile = CustomProfile::marked_by_value("kind", "access")
        .unwrap()
        .client_instead_of_audience();
    let verifier = env.verifier(profile).clients([CLIENT]);
    let token = access_token().with(json!({ "aud": null }));
    env.accepted(&verifier, &token).await;
    let of_another = token.with(json!({ "client_id": "another-client" }));
    assert_eq!(
        env.rejected(&verifier, &of_another).await,
        BearerErrorKind::WrongClient
    );
}
