#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;

fn read(document: Value) -> Result<Metadata, ProviderError> {
    let issuer = Issuer::parse("op.example.com").unwrap();
    Metadata::from_json(document, &issuer, &InternalOrigin::default())
}

#[test]
fn the_least_that_an_api_needs_is_enough() {
    let metadata = read(
        json!({"issuer": "https://op.example.com/", "jwks_uri": "https://op.example.com/keys"}),
    )
    .unwrap();
    assert_eq!(metadata.jwks_uri.as_str(), "https://op.example.com/keys");
    assert_eq!(metadata.token_endpoint, None);
    assert!(metadata.id_token_signing_alg_values_supported.is_empty());
}

#[test]
fn odd_optional_members_are_taken_for_absent() {
    let metadata = read(json!({
        "issuer": "https://op.example.com/", "jwks_uri": "https://op.example.com/keys",
        "scopes_supported": "openid", "revocation_endpoint": 5, "userinfo_endpoint": "http://op.example.com/me",
        "end_session_endpoint": "https://op.example.com/logout", "token_endpoint": null,
        "authorization_response_iss_parameter_supported": "true", "backchannel_logout_supported": true,
        "id_token_signing_alg_values_supported": ["none", 7, "RS256"], "unknown": {"nested": []},
    }))
    .unwrap();
    assert_eq!(metadata.scopes_supported, None);
    assert_eq!(metadata.revocation_endpoint, None);
    assert_eq!(metadata.userinfo_endpoint, None);
    assert_eq!(metadata.token_endpoint, None);
    assert_eq!(metadata.end_session_endpoint.unwrap().path(), "/logout");
    assert!(!metadata.authorization_response_iss_parameter_supported);
    assert!(metadata.backchannel_logout_supported);
    assert_eq!(
        metadata.id_token_signing_alg_values_supported,
        ["none", "RS256"]
    );
}

#[test]
fn null_and_empty_members_are_absent_and_required_ones_are_named() {
    let with = |name: &str, value: Value| {
        let mut document = json!({
            "issuer": "https://op.example.com/", "jwks_uri": "https://op.example.com/keys",
        });
        document[name] = value;
        read(document)
    };
    for empty in [json!(null), json!("")] {
        for name in [
            "authorization_endpoint",
            "token_endpoint",
            "end_session_endpoint",
            "scopes_supported",
            "require_pushed_authorization_requests",
        ] {
            let least = with("unknown", json!(1)).unwrap();
            assert_eq!(with(name, empty.clone()).unwrap(), least, "{name}");
        }
        for name in ["issuer", "jwks_uri"] {
            let error = with(name, empty.clone()).unwrap_err().to_string();
            assert!(
                error.contains(&format!("{name} is missing, null or empty")),
                "{error}"
            );
        }
    }
}

#[test]
fn another_issuer_is_an_error_that_says_what_to_set() {
    for found in [
        "https://op.example.com",
        "https://op.example.com/INVALID",
        "https://OP.example.com/",
        "http://op.example.com/",
    ] {
        let error =
            read(json!({"issuer": found, "jwks_uri": "https://op.example.com/keys"})).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("https://op.example.com/,")
                && text.ends_with(&format!("set AUTH0_DOMAIN={found}")),
            "{text}"
        );
    }
    assert!(matches!(
        read(json!({"jwks_uri": "https://op.example.com/keys"})),
        Err(ProviderError::Metadata(_))
    ));
}

#[test]
fn unsafe_endpoints_are_refused() {
    for unsafe_url in [
        "http://op.example.com/x",
        "http://127.0.0.1/x",
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "keys",
    ] {
        for name in ["jwks_uri", "token_endpoint", "authorization_endpoint"] {
            let mut document = json!({"issuer": "https://op.example.com/", "jwks_uri": "https://op.example.com/keys"});
            document[name] = json!(unsafe_url);
            assert!(
                matches!(read(document), Err(ProviderError::Metadata(_))),
                "{name} {unsafe_url}"
            );
        }
    }
}

#[test]
fn a_local_provider_may_speak_http() {
    let issuer = Issuer::parse("http://127.0.0.1:4000/").unwrap();
    let document =
        json!({"issuer": "http://127.0.0.1:4000/", "jwks_uri": "http://127.0.0.1:4000/keys"});
    assert!(Metadata::from_json(document, &issuer, &InternalOrigin::default()).is_ok());
}

#[test]
fn what_this_program_asks_itself_is_at_the_internal_origin_and_the_rest_is_not() {
    let issuer = Issuer::parse("https://op.example.com/realms/a").unwrap();
    let internal = InternalOrigin::new(Some(&Url::parse("http://keycloak:8080").unwrap()));
    let document = |token: &str, authorization: &str| {
        json!({
            "issuer": "https://op.example.com/realms/a", "jwks_uri": "https://op.example.com/realms/a/keys",
            "token_endpoint": token, "authorization_endpoint": authorization,
            "userinfo_endpoint": "https://op.example.com/me", "revocation_endpoint": "http://keycloak:8080/revoke",
            "end_session_endpoint": "https://op.example.com/logout",
        })
    };
    let public = "https://op.example.com/authorize";
    let read = |token, authorization| {
        Metadata::from_json(document(token, authorization), &issuer, &internal)
    };
    for token in ["https://op.example.com/token", "http://keycloak:8080/token"] {
        let metadata = read(token, public).unwrap();
        let text = |url: Option<Url>| url.unwrap().to_string();
        assert_eq!(
            metadata.jwks_uri.as_str(),
            "http://keycloak:8080/realms/a/keys"
        );
        assert_eq!(text(metadata.token_endpoint), "http://keycloak:8080/token");
        assert_eq!(text(metadata.userinfo_endpoint), "http://keycloak:8080/me");
        assert_eq!(
            text(metadata.revocation_endpoint),
            "http://keycloak:8080/revoke"
        );
        assert_eq!(text(metadata.authorization_endpoint), public);
        assert_eq!(
            text(metadata.end_session_endpoint),
            "https://op.example.com/logout"
        );
    }
    // A browser cannot reach the internal origin. No other plain http origin is trusted.
    assert!(
        read(
            "https://op.example.com/token",
            "http://keycloak:8080/authorize"
        )
        .is_err()
    );
    assert!(read("http://other:8080/token", public).is_err());
    // The issuer is compared with the public one.
    let mut document = document("https://op.example.com/token", public);
    document["issuer"] = json!("http://keycloak:8080/realms/a");
    assert!(matches!(
        Metadata::from_json(document, &issuer, &internal),
        Err(ProviderError::IssuerMismatch { .. })
    ));
}

#[test]
fn what_is_not_an_object_is_refused() {
    for document in [json!(null), json!([]), json!("text"), json!({})] {
        assert!(matches!(read(document), Err(ProviderError::Metadata(_))));
    }
}
