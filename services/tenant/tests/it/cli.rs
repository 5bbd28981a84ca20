//! The program and its arguments.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Child, ChildStdout, Command, Output, Stdio},
};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tenant"))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn an_address_other_than_loopback_is_rejected() {
    for host in ["0.0.0.0", "192.0.2.1", "::"] {
        let output = run(&["--host", host, "--port", "0"]);
        assert_eq!(output.status.code(), Some(1));
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains("is not a loopback address"), "{message}");
    }
}

#[test]
fn a_port_in_use_is_reported_with_the_option_to_change_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let output = run(&["--port", &port]);
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains(&format!("port {port} is in use")),
        "{message}"
    );
    assert!(message.contains("--port"), "{message}");
}

/// A tenant process. Dropping it kills the process.
struct TenantProcess {
    child: Child,
    issuer: String,
    output: BufReader<ChildStdout>,
}

impl TenantProcess {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tenant"))
            .args(["--port", "0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut banner = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut banner).unwrap();
        let issuer = banner
            .split_ascii_whitespace()
            .find(|word| word.starts_with("http://"))
            .unwrap()
            .to_owned();
        Self {
            child,
            issuer,
            output,
        }
    }

    async fn get(&self, path: &str) -> String {
        // An error means that another test has already installed a provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}{path}", self.issuer);
        client.get(url).send().await.unwrap().text().await.unwrap()
    }

    async fn dashboard(&self) -> String {
        html_escape::decode_html_entities(&self.get("").await).into_owned()
    }
}

impl Drop for TenantProcess {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[tokio::test]
async fn by_default_refresh_tokens_work_for_both_apis_of_the_sample() {
    let tenant = TenantProcess::start(&[]);
    let dashboard = tenant.dashboard().await;
    for part in ["Products API", "Orders API", "write:orders"] {
        assert!(dashboard.contains(part), "{part}");
    }
    assert!(dashboard.contains(
        "<dt>Multi-resource refresh tokens for</dt><dd><code>https://orders.example.com</code>"
    ));
    assert_eq!(
        tenant.get("dashboard/refreshes.json").await,
        "{\"granted\":0,\"reused\":0}"
    );
}

#[tokio::test]
async fn arguments_set_apis_lifetimes_and_rotation() {
    let tenant = TenantProcess::start(&[
        "--api",
        "https://one.example.com read:one write:one",
        "--api",
        "https://two.example.com read:two",
        "--multi-resource",
        "--access-token-lifetime",
        "90",
        "--refresh-leeway",
        "5",
        "--no-rotation",
        "--refresh-delay-ms",
        "250",
    ]);
    let dashboard = tenant.dashboard().await;
    for part in [
        "Access tokens live 90 seconds",
        "do not rotate",
        "delayed by 250 milliseconds",
        "<code>read:one</code> <code>write:one</code>",
        "<code>https://one.example.com</code> <code>https://two.example.com</code>",
    ] {
        assert!(dashboard.contains(part), "{part} is not in {dashboard}");
    }
    assert!(!dashboard.contains("Products API"));
}

#[test]
fn the_output_is_a_file_of_variables_for_a_site() {
    let mut tenant = TenantProcess::start(&["--app-base-url", "http://localhost:3210"]);
    let mut variables = Vec::new();
    while variables.len() < 6 {
        let mut line = String::new();
        assert_ne!(tenant.output.read_line(&mut line).unwrap(), 0);
        if !line.starts_with('#') {
            variables.push(line.trim_end().to_owned());
        }
    }
    for expected in [
        &format!("AUTH0_DOMAIN={}", tenant.issuer),
        "AUTH0_CLIENT_ID=leptos-auth0-sample",
        "APP_BASE_URL=http://localhost:3210",
        "AUTH0_AUDIENCE=https://products.example.com",
    ] {
        assert!(
            variables.iter().any(|line| line == expected),
            "{variables:?}"
        );
    }
}

#[tokio::test]
async fn further_users_are_added_by_number() {
    let tenant = TenantProcess::start(&["--users", "3"]);
    let dashboard = tenant.dashboard().await;
    assert!(dashboard.contains("user-3@example.com"), "{dashboard}");
    assert!(!dashboard.contains("user-4@example.com"));
}

#[tokio::test]
async fn a_public_key_replaces_the_client_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("client.pub");
    std::fs::write(
        &file,
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAolu0ZTNX4VnBhQI1tPiTdLDeLsK407Nsb2GXYTj2XWA=\n-----END PUBLIC KEY-----\n",
    )
    .unwrap();
    let mut tenant = TenantProcess::start(&["--public-key", file.to_str().unwrap()]);
    assert!(tenant.dashboard().await.contains("private_key_jwt"));
    let mut banner = String::new();
    while !banner.contains("AUTH0_AUDIENCE") {
        assert_ne!(tenant.output.read_line(&mut banner).unwrap(), 0);
    }
    assert!(!banner.contains("AUTH0_CLIENT_SECRET"), "{banner}");
    assert!(
        banner.contains("# AUTH0_CLIENT_ASSERTION_SIGNING_KEY"),
        "{banner}"
    );
}

#[test]
fn a_file_without_a_public_key_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("client.pem");
    std::fs::write(
        &file,
        "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n",
    )
    .unwrap();
    let path = file.to_str().unwrap();
    for (path, message) in [(path, "private key"), ("/nonexistent", "cannot read")] {
        let output = run(&["--port", "0", "--public-key", path]);
        assert_eq!(output.status.code(), Some(1));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(path) && error.contains(message), "{error}");
    }
}
