//! The server as a process, the local tenant, and an MCP client with a browser.

use axum::{Router, routing::get};
use example_support::{Browser, Port, Program, serve};
use reqwest::{Client, StatusCode};
use rmcp::{
    RoleClient, ServiceExt as _,
    model::CallToolRequestParams,
    service::RunningService,
    transport::{
        StreamableHttpClientTransport,
        auth::{AuthClient, AuthorizationManager, AuthorizationRequest, OAuthState},
        streamable_http_client::StreamableHttpClientTransportConfig,
    },
};
use serde_json::{Value, json};
use tenant::{ApiSettings, ApplicationSettings, Settings, Tenant};
use url::Url;

pub(crate) const OTHER_API: &str = "https://other.example.com";
const CLIENT_ID: &str = "mcp-client";
const CLIENT_SECRET: &str = "secret of the MCP client";

/// A running server and the tenant that it trusts.
pub(crate) struct TestEnv {
    pub(crate) server: Program,
    /// Where the metadata of the server is (RFC 9728 §3.1).
    pub(crate) metadata_url: String,
    tenant: Tenant,
    callback: String,
    /// Keeps the port of the server reserved.
    _port: Port,
}

/// A login of an MCP client.
pub(crate) struct Login {
    pub(crate) manager: AuthorizationManager,
    /// `resource` of the authorization request (RFC 8707).
    pub(crate) resource: Option<String>,
    pub(crate) code_challenge_method: Option<String>,
}

impl TestEnv {
    pub(crate) async fn start() -> Self {
        // Installs the cryptography that all HTTP clients of this process use.
        drop(Browser::new("http://localhost"));
        let port = Port::reserve();
        let url = format!("http://{}/mcp", port.address());
        let callback_port = Port::reserve();
        let callback = format!("http://{}/callback", callback_port.address());
        serve(
            callback_port,
            Router::new().route("/callback", get(async || "The login is complete.")),
        );
        let (issuer, tenant) = start_tenant(&url, &callback).await;
        let address = port.address().to_string();
        let variables = [
            ("AUTH0_DOMAIN", issuer.as_str()),
            ("MCP_SERVER_URL", &url),
            ("MCP_LISTEN", &address),
        ];
        let server = Program::start(env!("CARGO_BIN_EXE_mcp-server"), &variables).await;
        assert_eq!(server.url, url);
        Self {
            server,
            metadata_url: format!("http://{address}/.well-known/oauth-protected-resource/mcp"),
            tenant,
            callback,
            _port: port,
        }
    }

    /// Returns an access token of Alice.
    pub(crate) async fn token(&self, audience: Option<&str>, scope: &str) -> String {
        let tokens = self
            .tenant
            .issue_tokens(CLIENT_ID, "auth0|alice", audience, scope)
            .await;
        tokens.unwrap().access_token
    }

    /// Sends a request to the server, and returns status and challenge of the response.
    pub(crate) async fn post(&self, token: Option<&str>) -> (StatusCode, String) {
        let client = Client::builder().no_proxy().build().unwrap();
        let mut request = client
            .post(&self.server.url)
            .header("accept", "application/json, text/event-stream")
            .json(&json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap();
        let challenge = response.headers().get("www-authenticate");
        let challenge = challenge.map(|value| value.to_str().unwrap().to_owned());
        (response.status(), challenge.unwrap_or_default())
    }

    /// Returns the challenge for a request without a token.
    pub(crate) async fn challenge(&self) -> String {
        let (status, challenge) = self.post(None).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        challenge
    }

    /// Logs a user in, as an MCP client does that got `challenge`: it reads the metadata of the server and of its provider,
    /// opens the authorization request in a browser, and exchanges the code.
    pub(crate) async fn log_in(&self, email: &str, challenge: &str) -> Login {
        let mut state = OAuthState::new(self.server.url.as_str(), None)
            .await
            .unwrap();
        let request = AuthorizationRequest::new(self.callback.as_str())
            .with_preregistered_client(CLIENT_ID)
            .with_client_secret(CLIENT_SECRET)
            .with_scopes(["openid", "read:notes", "write:notes"])
            .with_challenge(challenge);
        state.start_authorization(request).await.unwrap();
        let authorization = state.get_authorization_url().await.unwrap();
        let parameter = |name: &str| {
            let url = Url::parse(&authorization).unwrap();
            let mut pairs = url.query_pairs();
            pairs
                .find(|(found, _)| found == name)
                .map(|(_, value)| value.into_owned())
        };
        let page = Browser::new(&authorization)
            .log_in(&authorization, email)
            .await;
        page.assert(200, "The login is complete.");
        state.handle_callback_url(page.url.as_str()).await.unwrap();
        Login {
            resource: parameter("resource"),
            code_challenge_method: parameter("code_challenge_method"),
            manager: state.into_authorization_manager().unwrap(),
        }
    }
}

/// Starts a tenant with the server as an API, another API, and the MCP client as an application.
async fn start_tenant(url: &str, callback: &str) -> (String, Tenant) {
    let port = Port::reserve();
    let issuer = format!("http://{}/", port.address());
    let site = Url::parse("http://localhost:3000").unwrap();
    let mut settings = Settings::local(Url::parse(&issuer).unwrap(), &site, "secret of the site");
    settings.resource_parameter = true;
    settings.apis = vec![
        ApiSettings::new(url, "Notes", &["read:notes", "write:notes"]),
        ApiSettings::new(OTHER_API, "Another API", &["read:notes"]),
    ];
    let application = settings.applications[0].clone();
    settings.applications.push(ApplicationSettings {
        client_id: CLIENT_ID.to_owned(),
        client_secret: CLIENT_SECRET.into(),
        name: "MCP client".to_owned(),
        callback_urls: vec![callback.to_owned()],
        ..application
    });
    let tenant = Tenant::open(settings).await.unwrap();
    serve(port, tenant.router());
    (issuer, tenant)
}

/// Connects an MCP client with the tokens of a login.
pub(crate) async fn connect(
    env: &TestEnv,
    manager: AuthorizationManager,
) -> RunningService<RoleClient, ()> {
    let http = Client::builder().no_proxy().build().unwrap();
    let config = StreamableHttpClientTransportConfig::with_uri(env.server.url.as_str());
    let client = AuthClient::new(http, manager);
    ().serve(StreamableHttpClientTransport::with_client(client, config))
        .await
        .unwrap()
}

/// Calls a tool, and returns its structured result. The server reports input that does not fit the schema as the result of the tool
/// (SEP-1303), so that a model can correct it: the text of such a result is the error.
pub(crate) async fn call(
    client: &RunningService<RoleClient, ()>,
    tool: &'static str,
    arguments: Value,
) -> Result<Value, String> {
    let arguments = arguments.as_object().unwrap().clone();
    let request = CallToolRequestParams::new(tool).with_arguments(arguments);
    let result = client.call_tool(request).await;
    let result = result.map_err(|error| error.to_string())?;
    if result.is_error == Some(true) {
        return Err(format!("{:?}", result.content));
    }
    Ok(result.structured_content.unwrap_or_default())
}
