//! An MCP client finds the provider, logs a user in, and calls tools; tokens that are not for this server are refused.

mod env;

use axum_auth0_bearer::jwt::decode_unverified;
use example_support::Program;
use reqwest::StatusCode;
use rmcp::{
    ServiceExt as _,
    transport::{
        StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig,
    },
};
use serde_json::json;

use crate::env::{OTHER_API, TestEnv, call, connect};

const SCOPES: &str = "openid read:notes write:notes";

#[tokio::test]
async fn an_mcp_client_finds_the_provider_logs_in_and_calls_tools() {
    let env = TestEnv::start().await;
    // It connects without a token, and the refusal says where the metadata is.
    let transport = StreamableHttpClientTransport::from_uri(env.server.url.as_str());
    let refused = ().serve(transport).await.unwrap_err();
    let challenge = refused.auth_challenge().unwrap().to_owned();
    assert_eq!(
        challenge,
        format!(
            "Bearer realm=\"{}\", resource_metadata=\"{}\"",
            env.server.url, env.metadata_url
        )
    );

    let login = env.log_in("alice@example.com", &challenge).await;
    // RFC 8707: the login asks for a token for this server only.
    assert_eq!(login.resource.as_deref(), Some(env.server.url.as_str()));
    assert_eq!(login.code_challenge_method.as_deref(), Some("S256"));
    let token = login.manager.get_access_token().await.unwrap();
    let claims = decode_unverified(&token).unwrap();
    assert!(
        claims
            .unverified()
            .audience()
            .unwrap()
            .contains(&env.server.url.as_str())
    );

    let client = connect(&env, login.manager).await;
    let tools = client.list_all_tools().await.unwrap();
    let mut names: Vec<_> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    names.sort_unstable();
    assert_eq!(names, ["add_note", "list_notes"]);
    let notes = call(&client, "add_note", json!({ "text": "Buy tea" })).await;
    assert_eq!(notes.unwrap(), json!({ "notes": ["Buy tea"] }));
    let notes = call(&client, "list_notes", json!({})).await;
    assert_eq!(notes.unwrap(), json!({ "notes": ["Buy tea"] }));
    client.cancel().await.unwrap();
}

#[tokio::test]
async fn each_user_has_their_own_notes() {
    let env = TestEnv::start().await;
    let challenge = env.challenge().await;
    for (email, text) in [("alice@example.com", "Tea"), ("bob@example.com", "Beer")] {
        let login = env.log_in(email, &challenge).await;
        let client = connect(&env, login.manager).await;
        let notes = call(&client, "add_note", json!({ "text": text })).await;
        assert_eq!(notes.unwrap(), json!({ "notes": [text] }));
        client.cancel().await.unwrap();
    }
}

#[tokio::test]
async fn a_token_for_another_audience_is_refused_with_the_address_of_the_metadata() {
    let env = TestEnv::start().await;
    let token = env.token(Some(OTHER_API), "openid read:notes").await;
    let (status, challenge) = env.post(Some(&token)).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    assert!(
        challenge.contains("the access token was not issued for this API"),
        "{challenge}"
    );
    let metadata = format!("resource_metadata=\"{}\"", env.metadata_url);
    assert!(challenge.contains(&metadata), "{challenge}");
    // An MCP client sees the same challenge, from which it can start another login.
    let config =
        StreamableHttpClientTransportConfig::with_uri(env.server.url.as_str()).auth_header(token);
    let transport = StreamableHttpClientTransport::from_config(config);
    let refused = ().serve(transport).await.unwrap_err();
    assert_eq!(refused.auth_challenge(), Some(challenge.as_str()));
}

#[tokio::test]
async fn an_opaque_token_of_a_login_without_an_audience_is_refused() {
    let env = TestEnv::start().await;
    let token = env.token(None, "openid").await;
    let (status, challenge) = env.post(Some(&token)).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
}

#[tokio::test]
async fn a_missing_scope_is_named() {
    let env = TestEnv::start().await;
    let token = env.token(Some(&env.server.url), "openid").await;
    let (status, challenge) = env.post(Some(&token)).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(
        challenge.contains("error=\"insufficient_scope\"")
            && challenge.ends_with("scope=\"read:notes\""),
        "{challenge}"
    );
}

#[tokio::test]
async fn a_tool_that_writes_needs_its_own_scope() {
    let env = TestEnv::start().await;
    for (scope, may_write) in [("openid read:notes", false), (SCOPES, true)] {
        let token = env.token(Some(&env.server.url), scope).await;
        let config = StreamableHttpClientTransportConfig::with_uri(env.server.url.as_str())
            .auth_header(token);
        let transport = StreamableHttpClientTransport::from_config(config);
        let client = ().serve(transport).await.unwrap();
        assert!(call(&client, "list_notes", json!({})).await.is_ok());
        let added = call(&client, "add_note", json!({ "text": "Tea" })).await;
        assert_eq!(added.is_ok(), may_write, "{added:?}");
        client.cancel().await.unwrap();
    }
}

#[tokio::test]
async fn input_that_is_not_a_note_is_refused() {
    let env = TestEnv::start().await;
    let token = env.token(Some(&env.server.url), SCOPES).await;
    let config =
        StreamableHttpClientTransportConfig::with_uri(env.server.url.as_str()).auth_header(token);
    let transport = StreamableHttpClientTransport::from_config(config);
    let client = ().serve(transport).await.unwrap();
    for input in [
        json!({}),
        json!({ "text": "" }),
        json!({ "text": "x".repeat(1_001) }),
        json!({ "text": 5 }),
    ] {
        assert!(call(&client, "add_note", input).await.is_err());
    }
    let notes = call(&client, "list_notes", json!({})).await;
    assert_eq!(notes.unwrap(), json!({ "notes": [] }));
}

#[tokio::test]
async fn a_missing_or_wrong_setting_is_named() {
    let binary = env!("CARGO_BIN_EXE_mcp-server");
    let message = Program::fail(binary, &[]).await;
    assert!(message.contains("AUTH0_DOMAIN"), "{message}");
    let domain = ("AUTH0_DOMAIN", "tenant.eu.auth0.com");
    let insecure = ("MCP_SERVER_URL", "http://mcp.example.com/mcp");
    let message = Program::fail(binary, &[domain, insecure]).await;
    assert!(message.contains("ResourceUrl"), "{message}");
}
