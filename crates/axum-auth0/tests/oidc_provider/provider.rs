//! A running `oidc-provider`, and a browser that logs in at it.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use axum_auth0::http_client::{HttpClient, HttpClientOptions};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use serde_json::Value;
use test_databases::{Missing, find_program, free_port, or_skip};
use url::Url;

/// The variable that makes a missing provider a failure.
const REQUIRE: &str = "REQUIRE_FOREIGN_PROVIDER";

const MISSING: Missing = Missing {
    server: "npm's oidc-provider",
    install: "npm ci --prefix end2end",
};

pub(crate) struct OidcProvider {
    issuer: String,
    client: HttpClient,
    cookies: BTreeMap<String, String>,
    process: Child,
}

/// Where the redirects of the provider lead.
pub(crate) enum Stop {
    /// To a URL of the site.
    Site(String),
    /// To a page of the provider.
    Page(Url, String),
    /// To an error page of the provider.
    Refused(StatusCode, String),
}

impl OidcProvider {
    /// Starts a provider for the site. Returns `None` if it is not installed.
    pub(crate) async fn start(site: &str, variables: &[(&str, String)]) -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../end2end");
        let node = find_program("node", &[]);
        let node = node.filter(|_| folder.join("node_modules/oidc-provider").is_dir());
        let node = or_skip(node.ok_or(MISSING), REQUIRE)?;
        let port = free_port();
        let process = Command::new(node)
            .arg(folder.join("foreign-provider/provider.mjs"))
            .args([&port.to_string(), site, "60"])
            .envs(variables.iter().map(|(name, value)| (*name, value)))
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let provider = Self {
            issuer: format!("http://127.0.0.1:{port}"),
            client: HttpClient::new(HttpClientOptions::default()).unwrap(),
            cookies: BTreeMap::new(),
            process,
        };
        let url = format!("{}/.well-known/openid-configuration", provider.issuer);
        for _ in 0..300 {
            let request = Request::get(&url).body(Vec::new()).unwrap();
            if provider.client.send(request).await.is_ok() {
                return Some(provider);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("oidc-provider does not answer");
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Follows the redirects of a login from `location`, with the forms for login and consent, to the site's callback.
    pub(crate) async fn log_in(&mut self, location: &str, user: &str) -> String {
        let mut location = location.to_owned();
        for _ in 0..5 {
            match self.follow(&location).await {
                Stop::Site(url) => return url,
                Stop::Refused(status, page) => panic!("{status}: {page}"),
                Stop::Page(url, page) => {
                    let form = if page.contains("value=\"consent\"") {
                        "prompt=consent".to_owned()
                    } else {
                        format!("prompt=login&login={user}&password=any")
                    };
                    let response = self.send(Method::POST, &url, form).await;
                    location = redirect(&url, &response).into();
                }
            }
        }
        panic!("the login does not end");
    }

    /// Follows redirects from `location` to the site or to a page of the provider.
    pub(crate) async fn follow(&mut self, location: &str) -> Stop {
        let mut url = Url::parse(location).unwrap();
        for _ in 0..20 {
            if !url.as_str().starts_with(&self.issuer) {
                return Stop::Site(url.into());
            }
            let response = self.send(Method::GET, &url, String::new()).await;
            let page = || String::from_utf8_lossy(response.body()).into_owned();
            match response.status() {
                StatusCode::OK => return Stop::Page(url, page()),
                status if status.is_client_error() => return Stop::Refused(status, page()),
                _ => {}
            }
            url = redirect(&url, &response);
        }
        panic!("the redirects do not end");
    }

    /// Returns what the provider recorded.
    pub(crate) async fn request_log(&mut self) -> Value {
        let url = Url::parse(&format!("{}/request-log", self.issuer)).unwrap();
        let response = self.send(Method::GET, &url, String::new()).await;
        serde_json::from_slice(response.body()).unwrap()
    }

    /// Waits until the provider has recorded an event this often.
    pub(crate) async fn wait_for(&mut self, event: &str, count: u64) {
        let mut log = Value::Null;
        for _ in 0..100 {
            log = self.request_log().await;
            if log[event] == count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{event}: {log}");
    }

    async fn send(&mut self, method: Method, url: &Url, form: String) -> Response<Bytes> {
        let cookies = self.cookies.iter();
        let cookies: Vec<_> = cookies
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.into_bytes());
        let response = self.client.send(request.unwrap()).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        response
    }
}

fn redirect(url: &Url, response: &Response<Bytes>) -> Url {
    let location = response.headers().get(header::LOCATION);
    let location = location.unwrap_or_else(|| {
        panic!("{}", String::from_utf8_lossy(response.body()));
    });
    url.join(location.to_str().unwrap()).unwrap()
}

impl Drop for OidcProvider {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
