//! The example at npm's `oidc-provider`, which has client credentials and CIBA.

use std::{path::Path, process::Stdio};

use example_support::{Browser, Port, Program};
use serde_json::{Value, json};
use test_databases::{Missing, or_skip};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

use crate::env::{PRODUCTS, serve_api};

/// The secret in `end2end/foreign-provider/settings.mjs`.
const SECRET: &str = "a secret: with%odd+characters/&=";

struct ForeignProvider {
    issuer: String,
    _process: Child,
}

impl ForeignProvider {
    /// Starts the provider. `None` if its packages are not installed.
    async fn start() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../end2end");
        let missing = Missing {
            server: "npm's oidc-provider",
            install: "npm ci --prefix end2end",
        };
        let is_installed = folder.join("node_modules/oidc-provider").exists();
        or_skip(
            is_installed.then_some(()).ok_or(missing),
            "REQUIRE_FOREIGN_PROVIDER",
        )?;
        let port = Port::reserve();
        let address = port.address();
        drop(port);
        let mut process = Command::new("node")
            .arg("foreign-provider/grants.mjs")
            .arg(address.port().to_string())
            .current_dir(folder)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.starts_with("oidc-provider at") {
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Some(Self {
                    issuer: format!("http://{address}"),
                    _process: process,
                });
            }
        }
        panic!("the provider ended before it listened");
    }
}

#[tokio::test]
async fn client_credentials_and_ciba_work_at_a_foreign_provider() {
    let Some(provider) = ForeignProvider::start().await else {
        return;
    };
    let site = Port::reserve();
    let api = serve_api(&provider.issuer, PRODUCTS);
    let (address, origin) = (site.address().to_string(), site.origin());
    let variables = [
        ("AUTH0_DOMAIN", provider.issuer.as_str()),
        ("AUTH0_CLIENT_ID", "leptos-auth0-sample"),
        ("AUTH0_CLIENT_SECRET", SECRET),
        ("AUTH0_CLIENT_AUTHENTICATION", "client_secret_post"),
        ("AUTH0_SECRET", "8f1c2d7be0a94c35b6d2e1f07a93c4d85e6f"),
        ("AUTH0_AUDIENCE", PRODUCTS),
        ("AUTH0_SESSION_STORE", "memory:"),
        ("APP_BASE_URL", &origin),
        ("PRODUCTS_API_URL", &api),
        ("LISTEN", &address),
    ];
    let _program = Program::start(env!("CARGO_BIN_EXE_grants"), &variables).await;
    let browser = Browser::new(&origin);

    let page = browser.open("/stock").await;
    page.assert(200, r#""is_user":false"#);
    let seen: Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(seen["scopes"], json!(["read:products"]));

    let page = browser.open("/approval?user=alice").await;
    page.assert(200, r#""sub":"alice""#);
    page.assert(200, r#""read:products""#);
    let page = browser.open("/approval?user=mallory").await;
    page.assert(403, "login_refused");
}
