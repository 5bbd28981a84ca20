//! Several processes of the site's program that share a session store. The tenant and both APIs run in the test's process.

mod replica;
mod services;
mod variables;

use std::{fs, net::SocketAddr, path::PathBuf};

use http::{Method, header};
use reqwest::{Client, Url, redirect::Policy};
use serde_json::Value;
use tempfile::TempDir;
use tenant::{RefreshCounts, Settings};

pub(crate) use self::replica::{Port, Replica};
use self::{services::Services, variables::variables};
use crate::{
    browser::{ALICE, Browser, PASSWORD},
    refresh::wait::wait_until,
    test_env::{ORDERS_API, RecordedExchange},
};

/// Lifetime of access tokens in seconds: longer than any of these tests.
const LIFETIME: i64 = 120;

/// Remaining lifetime of the tokens of a login, in seconds: they expire soon, but not during the login.
const FIRST_LIFE: i64 = 3;

/// The processes, the tenant and the APIs. They stop when it is dropped.
pub(crate) struct Cluster {
    pub(crate) replicas: Vec<Replica>,
    base_url: Url,
    client: Client,
    services: Services,
    folder: TempDir,
}

/// A response of a process.
#[derive(Debug)]
pub(crate) struct ReplicaResponse {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl ReplicaResponse {
    /// Asserts that it is a list of Alice's.
    #[track_caller]
    pub(crate) fn assert_is_alices(&self) {
        assert_eq!(
            (self.status, &self.body["owner"]),
            (200, &"auth0|alice".into())
        );
    }
}

impl Cluster {
    /// Starts `count` processes and a tenant with changed settings. All processes are ready.
    pub(crate) async fn start(count: usize, change: impl FnOnce(&mut Settings)) -> Self {
        let ports: Vec<_> = (0..count).map(|_| Port::take()).collect();
        let site = ports[0].number();
        Self::at(ports, site, &[], change).await
    }

    /// Starts `count` processes that browsers reach at the port of a reverse proxy, with further variables.
    pub(crate) async fn start_behind(proxy: &Port, count: usize, further: &[(&str, &str)]) -> Self {
        let ports = (0..count).map(|_| Port::take()).collect();
        Self::at(ports, proxy.number(), further, |_| {}).await
    }

    /// Starts one process with its sessions in `store`.
    pub(crate) async fn start_on(store: &str) -> Self {
        let port = Port::take();
        let site = port.number();
        Self::at(vec![port], site, &[("AUTH0_SESSION_STORE", store)], |_| {}).await
    }

    async fn at(
        ports: Vec<Port>,
        site: u16,
        further: &[(&str, &str)],
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("site/pkg")).unwrap();
        let base_url: Url = format!("http://localhost:{site}").parse().unwrap();
        let services = Services::start(&base_url, LIFETIME, change).await;
        let mut variables = variables(&services, &base_url, &folder);
        for (name, value) in further {
            variables.insert((*name).to_owned(), (*value).to_owned());
        }
        let mut replicas = Vec::new();
        for (number, port) in ports.into_iter().enumerate() {
            let log = folder.path().join(format!("site-{number}.log"));
            let mut replica = Replica::new(port, variables.clone(), log);
            replica.start(None).await;
            replicas.push(replica);
        }
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .build()
            .unwrap();
        Self {
            replicas,
            base_url,
            client,
            services,
            folder,
        }
    }

    /// Returns a browser without cookies that opens the site at its public address.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.base_url)
    }

    /// Logs Alice in at the first process and lets her tokens expire. No refresh has happened.
    pub(crate) async fn with_expired_alice(&self) -> Browser {
        self.services.set_behind(LIFETIME - FIRST_LIFE);
        let alice = Browser::new(&self.base_url);
        let form = alice.open("/profile").await.assert_status(200);
        let profile = alice
            .submit_login(&form, ALICE, PASSWORD)
            .await
            .assert_status(200);
        assert_eq!(profile.path_and_query(), "/profile");
        // The tenant has issued them by now.
        let end = services::system_seconds() + FIRST_LIFE;
        wait_until("the tokens of the login expire", || {
            services::system_seconds() >= end
        })
        .await;
        self.services.set_behind(0);
        assert_eq!(self.refreshes(), RefreshCounts::default());
        alice
    }

    /// Logs all users in, each in its own browser, and lets their tokens expire. No refresh has happened.
    pub(crate) async fn with_expired_users(&self, users: &[String]) -> Vec<Browser> {
        self.services.set_behind(LIFETIME - FIRST_LIFE);
        let mut browsers = Vec::new();
        for email in users {
            let browser = Browser::new(&self.base_url);
            let form = browser.open("/profile").await.assert_status(200);
            let profile = browser
                .submit_login(&form, email, PASSWORD)
                .await
                .assert_status(200);
            assert_eq!(profile.path_and_query(), "/profile");
            browsers.push(browser);
        }
        let end = services::system_seconds() + FIRST_LIFE;
        wait_until("the tokens of the logins expire", || {
            services::system_seconds() >= end
        })
        .await;
        self.services.set_behind(0);
        assert_eq!(self.refreshes(), RefreshCounts::default());
        browsers
    }

    /// Returns status and body of `/readyz` of process `number`; an error if it does not accept connections.
    pub(crate) async fn readiness(&self, number: usize) -> Result<(u16, String), reqwest::Error> {
        let url = format!("http://{}/readyz", self.replicas[number].address());
        let response = self.client.get(url).send().await?;
        Ok((response.status().as_u16(), response.text().await?))
    }

    /// Returns Alice's products from process `number`; an error if it does not respond.
    pub(crate) async fn products(
        &self,
        number: usize,
        alice: &Browser,
    ) -> Result<ReplicaResponse, reqwest::Error> {
        self.products_at(self.replicas[number].address(), alice)
            .await
    }

    /// Returns Alice's products from the process at `address`.
    pub(crate) async fn products_at(
        &self,
        address: SocketAddr,
        alice: &Browser,
    ) -> Result<ReplicaResponse, reqwest::Error> {
        self.get(address, alice, "/api/products").await
    }

    /// Returns Alice's orders, with a token from process `number`. The token requires a refresh.
    pub(crate) async fn orders(
        &self,
        number: usize,
        alice: &Browser,
    ) -> Result<ReplicaResponse, reqwest::Error> {
        let path = format!("/auth/access-token?audience={ORDERS_API}");
        let address = self.replicas[number].address();
        let response = self.get(address, alice, &path).await?;
        if response.status != 200 {
            return Ok(response);
        }
        let token = response.body["token"].as_str().unwrap();
        let request = self.client.get(self.services.orders_url("/orders"));
        let response = request.bearer_auth(token).send().await.unwrap();
        Ok(ReplicaResponse {
            status: response.status().as_u16(),
            body: response.json().await.unwrap(),
        })
    }

    async fn get(
        &self,
        address: SocketAddr,
        alice: &Browser,
        path: &str,
    ) -> Result<ReplicaResponse, reqwest::Error> {
        let cookie = format!("session={}", alice.cookie("session").unwrap());
        let host = format!("localhost:{}", self.base_url.port().unwrap());
        let url = format!("http://{address}{path}");
        let response = self
            .client
            .get(url)
            .header(header::HOST, host)
            .header(header::COOKIE, cookie)
            .header(header::ACCEPT, "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-dest", "empty")
            .send()
            .await?;
        let status = response.status().as_u16();
        let body = response.bytes().await?;
        Ok(ReplicaResponse {
            status,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        })
    }

    /// Stops the tenant: connections to it are refused.
    pub(crate) async fn stop_tenant(&mut self) {
        self.services.stop_tenant().await;
    }

    pub(crate) fn start_tenant(&mut self) {
        self.services.start_tenant();
    }

    /// Returns the refreshes that the tenant counted.
    pub(crate) fn refreshes(&self) -> RefreshCounts {
        self.services.tenant.refreshes()
    }

    /// Waits until the tenant has granted `count` refreshes. It may not have responded yet.
    pub(crate) async fn until_granted(&self, count: u64) {
        wait_until("the tenant grants a refresh", || {
            self.refreshes().granted == count
        })
        .await;
    }

    /// Returns the number of logins.
    pub(crate) fn logins(&self) -> usize {
        self.token_requests("authorization_code").len()
    }

    /// Returns the refreshes that were answered or cancelled, in order.
    pub(crate) fn ended_refreshes(&self) -> Vec<RecordedExchange> {
        self.token_requests("refresh_token")
    }

    fn token_requests(&self, grant: &str) -> Vec<RecordedExchange> {
        let mut entries = self
            .services
            .tenant_requests
            .matching(&Method::POST, "/oauth/token");
        entries.retain(|entry| entry.form_field("grant_type").as_deref() == Some(grant));
        entries
    }

    /// Returns the path of a file by which a process signals a failpoint.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
