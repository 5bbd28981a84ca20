//! Several processes of the site's program that share a session store; the tenant and both APIs are in the test's process.

mod replica;
mod services;

use std::{collections::BTreeMap, fs, net::SocketAddr, path::PathBuf};

use http::{Method, header};
use reqwest::{Client, Url, redirect::Policy};
use serde_json::Value;
use tempfile::TempDir;
use tenant::{RefreshCounts, Settings};

pub(crate) use self::replica::Replica;
use self::services::Services;
use crate::refresh::wait::until;
use crate::{
    browser::{ALICE, PASSWORD, Person},
    test_env::{CLIENT_SECRET, Entry, ORDERS_API, PRODUCTS_API, SITE_SECRET},
};

/// How long access tokens last, in seconds: longer than any of these tests.
const LIFETIME: i64 = 120;

/// With how many seconds to live the tokens of a login begin: they are to expire, but not on the way.
const FIRST_LIFE: i64 = 3;

/// Everything at once; it ends with this value.
pub(crate) struct Cluster {
    pub(crate) replicas: Vec<Replica>,
    base_url: Url,
    client: Client,
    services: Services,
    folder: TempDir,
}

/// What a process answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// That it is a list of Alice's.
    #[track_caller]
    pub(crate) fn is_hers(&self) {
        assert_eq!(
            (self.status, &self.body["owner"]),
            (200, &"auth0|alice".into())
        );
    }
}

impl Cluster {
    /// `count` processes, and a tenant with something about it changed. All of them answer.
    pub(crate) async fn start(count: usize, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("site/pkg")).unwrap();
        let ports: Vec<_> = (0..count).map(|_| replica::Port::take()).collect();
        let base_url: Url = format!("http://localhost:{}", ports[0].number())
            .parse()
            .unwrap();
        let services = Services::start(&base_url, LIFETIME, change).await;
        let variables = variables(&services, &base_url, &folder);
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

    /// Alice, logged in at the first process, with tokens that have expired. No refresh has happened.
    pub(crate) async fn with_expired_alice(&self) -> Person {
        self.services.set_behind(LIFETIME - FIRST_LIFE);
        let alice = Person::new(&self.base_url);
        let form = alice.open("/profile").await.is(200);
        let profile = alice.fill_in(&form, ALICE, PASSWORD).await.is(200);
        assert_eq!(profile.place(), "/profile");
        // The tenant issued them before this.
        let end = services::system_seconds() + FIRST_LIFE;
        until("the tokens of the login expire", || {
            services::system_seconds() >= end
        })
        .await;
        self.services.set_behind(0);
        assert_eq!(self.refreshes(), RefreshCounts::default());
        alice
    }

    /// As many users as `users`, each in a browser of its own, with tokens that have expired. No refresh has happened.
    pub(crate) async fn with_expired_users(&self, users: &[String]) -> Vec<Person> {
        self.services.set_behind(LIFETIME - FIRST_LIFE);
        let mut people = Vec::new();
        for email in users {
            let person = Person::new(&self.base_url);
            let form = person.open("/profile").await.is(200);
            let profile = person.fill_in(&form, email, PASSWORD).await.is(200);
            assert_eq!(profile.place(), "/profile");
            people.push(person);
        }
        let end = services::system_seconds() + FIRST_LIFE;
        until("the tokens of the logins expire", || {
            services::system_seconds() >= end
        })
        .await;
        self.services.set_behind(0);
        assert_eq!(self.refreshes(), RefreshCounts::default());
        people
    }

    /// Whether process `number` is ready, and what it says; an error if it does not accept connections.
    pub(crate) async fn readiness(&self, number: usize) -> Result<(u16, String), reqwest::Error> {
        let url = format!("http://{}/readyz", self.replicas[number].address());
        let answer = self.client.get(url).send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }

    /// Alice's products by way of process `number`; an error where it does not answer.
    pub(crate) async fn products(
        &self,
        number: usize,
        alice: &Person,
    ) -> Result<Answer, reqwest::Error> {
        self.products_at(self.replicas[number].address(), alice)
            .await
    }

    /// The same by way of the process at `address`.
    pub(crate) async fn products_at(
        &self,
        address: SocketAddr,
        alice: &Person,
    ) -> Result<Answer, reqwest::Error> {
        self.get(address, alice, "/api/products").await
    }

    /// Alice's orders, with a token from process `number`: a token that only a refresh can bring.
    pub(crate) async fn orders(
        &self,
        number: usize,
        alice: &Person,
    ) -> Result<Answer, reqwest::Error> {
        let path = format!("/auth/access-token?audience={ORDERS_API}");
        let address = self.replicas[number].address();
        let answer = self.get(address, alice, &path).await?;
        if answer.status != 200 {
            return Ok(answer);
        }
        let token = answer.body["token"].as_str().unwrap();
        let request = self.client.get(self.services.orders_url("/orders"));
        let answer = request.bearer_auth(token).send().await.unwrap();
        Ok(Answer {
            status: answer.status().as_u16(),
            body: answer.json().await.unwrap(),
        })
    }

    async fn get(
        &self,
        address: SocketAddr,
        alice: &Person,
        path: &str,
    ) -> Result<Answer, reqwest::Error> {
        let cookie = format!("session={}", alice.cookie("session").unwrap());
        let host = format!("localhost:{}", self.base_url.port().unwrap());
        let url = format!("http://{address}{path}");
        let answer = self
            .client
            .get(url)
            .header(header::HOST, host)
            .header(header::COOKIE, cookie)
            .header(header::ACCEPT, "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-dest", "empty")
            .send()
            .await?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await?;
        Ok(Answer {
            status,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        })
    }

    /// What the tenant counted.
    pub(crate) fn refreshes(&self) -> RefreshCounts {
        self.services.tenant.refreshes()
    }

    /// Waits until the tenant granted `count` refreshes; it may not have answered yet.
    pub(crate) async fn until_granted(&self, count: u64) {
        until("the tenant grants a refresh", || {
            self.refreshes().granted == count
        })
        .await;
    }

    /// How often somebody logged in.
    pub(crate) fn logins(&self) -> usize {
        self.token_requests("authorization_code").len()
    }

    /// The refreshes that were answered or given up, in the order in which they ended.
    pub(crate) fn ended_refreshes(&self) -> Vec<Entry> {
        self.token_requests("refresh_token")
    }

    fn token_requests(&self, grant: &str) -> Vec<Entry> {
        let mut entries = self.services.at_tenant.of(&Method::POST, "/oauth/token");
        entries.retain(|entry| entry.field("grant_type").as_deref() == Some(grant));
        entries
    }

    /// A file for a process to say that it is somewhere.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn variables(services: &Services, base_url: &Url, folder: &TempDir) -> BTreeMap<String, String> {
    let path = |name: &str| folder.path().join(name).display().to_string();
    [
        (
            "APP_BASE_URL",
            base_url.as_str().trim_end_matches('/').to_owned(),
        ),
        ("AUTH0_AUDIENCE", PRODUCTS_API.to_owned()),
        ("AUTH0_CLIENT_ID", "leptos-auth0-sample".to_owned()),
        ("AUTH0_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
        ("AUTH0_DOMAIN", services.issuer()),
        ("AUTH0_EXPOSE_ACCESS_TOKENS_FOR", ORDERS_API.to_owned()),
        // Longer than the tenant ever keeps an answer to itself here.
        ("AUTH0_HTTP_TIMEOUT", "12500".to_owned()),
        ("AUTH0_SECRET", SITE_SECRET.to_owned()),
        (
            "AUTH0_SESSION_STORE",
            format!("sqlite:{}", path("sessions.db")),
        ),
        ("LEPTOS_SITE_ROOT", path("site")),
        ("ORDERS_API_AUDIENCE", ORDERS_API.to_owned()),
        ("ORDERS_API_URL", services.orders_url("")),
        ("PRODUCTS_API_URL", services.products_url()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
