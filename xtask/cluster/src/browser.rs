//! A browser of one user: cookies of the site and of the tenant, requests as a browser sends them.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use cookie::Cookie;
use reqwest::{
    Client, Method, StatusCode,
    header::{COOKIE, HOST, HeaderMap, LOCATION, SET_COOKIE},
    redirect::Policy,
};
use url::Url;

/// Longer than the proxy takes to try every replica.
const TIMEOUT: Duration = Duration::from_secs(40);
/// Longer than a replica is paused: what it answers afterwards counts.
const REPLICA_TIMEOUT: Duration = Duration::from_secs(15);

/// The clients of all browsers. Each has an address of its own on the loopback network, as users have.
#[derive(Debug)]
pub(crate) struct Clients(Vec<Client>);

impl Clients {
    /// Returns `count` clients.
    pub(crate) fn new(count: u8) -> reqwest::Result<Self> {
        let clients = (1..=count).map(|number| {
            Client::builder()
                .local_address(IpAddr::from(Ipv4Addr::new(127, 1, 0, number)))
                .redirect(Policy::none())
                .timeout(TIMEOUT)
                .no_proxy()
                .build()
        });
        clients.collect::<reqwest::Result<_>>().map(Self)
    }

    /// Returns the client of browser `number`.
    pub(crate) fn get(&self, number: usize) -> Client {
        self.0[number % self.0.len()].clone()
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    /// The absolute URL of a redirect.
    pub(crate) location: Option<Url>,
    pub(crate) body: String,
}

/// How a request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A link or a typed address.
    Navigation,
    /// A form of the page itself.
    Form,
    /// A script of the page.
    Script,
}

/// The cookies of one site, by name.
pub(crate) type Cookies = BTreeMap<String, String>;

/// Adds, replaces and removes cookies as the answer says.
fn update(cookies: &mut Cookies, headers: &HeaderMap) {
    for header in headers.get_all(SET_COOKIE) {
        let parsed = header.to_str().ok().and_then(|it| Cookie::parse(it).ok());
        let Some(cookie) = parsed else { continue };
        let is_removed = cookie.max_age().is_some_and(time::Duration::is_zero);
        if is_removed || cookie.value().is_empty() {
            cookies.remove(cookie.name());
        } else {
            cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
        }
    }
}

/// A browser.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    client: Client,
    pub(crate) site_cookies: Cookies,
    tenant_cookies: Cookies,
    site: Url,
}

impl Browser {
    pub(crate) fn new(client: Client, site: Url) -> Self {
        Self {
            client,
            site_cookies: Cookies::new(),
            tenant_cookies: Cookies::new(),
            site,
        }
    }

    /// Returns the URL of a path of the site.
    pub(crate) fn url(&self, path: &str) -> Url {
        let mut url = self.site.clone();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        url.set_path(path);
        url.set_query((!query.is_empty()).then_some(query));
        url
    }

    /// Reads `path` from one replica, as the proxy asks it for a script of the page. The cookies of the answer are not kept.
    pub(crate) async fn read_from(&self, replica: SocketAddr, path: &str) -> Result<Reply, String> {
        let url = self.url(path);
        let mut direct = url.clone();
        direct
            .set_port(Some(replica.port()))
            .map_err(|()| "no port")?;
        let response = self
            .client
            .get(direct)
            .header(HOST, self.site.authority())
            .header(COOKIE, cookie_header(&self.site_cookies))
            .header("accept", "application/json")
            .header("sec-fetch-mode", "cors")
            .header("sec-fetch-site", "same-origin")
            .timeout(REPLICA_TIMEOUT)
            .send()
            .await
            .map_err(|error| describe(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.text().await.map_err(|error| describe(&error))?;
        let location = headers.get(LOCATION).and_then(|it| it.to_str().ok());
        Ok(Reply {
            status,
            location: location.and_then(|location| url.join(location).ok()),
            body,
        })
    }

    /// Sends a request, and keeps the cookies of the answer. The error says how it failed.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        url: &Url,
        kind: Kind,
        form: &[(&str, &str)],
    ) -> Result<Reply, String> {
        let is_site = url.port() == self.site.port();
        let cookies = if is_site {
            &mut self.site_cookies
        } else {
            &mut self.tenant_cookies
        };
        let mut request = self.client.request(method, url.clone());
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookie_header(cookies));
        }
        let (accept, mode, site) = match kind {
            Kind::Navigation => ("text/html", "navigate", "none"),
            Kind::Form => ("text/html", "navigate", "same-origin"),
            Kind::Script => ("application/json", "cors", "same-origin"),
        };
        request = request
            .header("accept", accept)
            .header("sec-fetch-mode", mode)
            .header("sec-fetch-site", site);
        if kind != Kind::Script {
            request = request.header("sec-fetch-dest", "document");
        }
        if kind == Kind::Form {
            request = request
                .header("origin", url.origin().ascii_serialization())
                .form(form);
        }
        let response = request.send().await.map_err(|error| describe(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.text().await.map_err(|error| describe(&error))?;
        update(cookies, &headers);
        let location = headers.get(LOCATION).and_then(|it| it.to_str().ok());
        Ok(Reply {
            status,
            location: location.and_then(|location| url.join(location).ok()),
            body,
        })
    }
}

fn cookie_header(cookies: &Cookies) -> String {
    let pairs: Vec<_> = cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
    pairs.join("; ")
}

fn describe(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        "connection refused".to_owned()
    } else {
        "connection lost".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_set_replaced_and_removed() {
        let mut cookies = Cookies::new();
        let mut answer = |header: &'static str| {
            let mut headers = HeaderMap::new();
            headers.append(SET_COOKIE, header.parse().expect("a header"));
            update(&mut cookies, &headers);
            cookies.get("session").cloned()
        };
        let set = answer("session=one; Path=/; HttpOnly");
        assert_eq!(set.as_deref(), Some("one"));
        assert_eq!(answer("other=x").as_deref(), Some("one"));
        let replaced = answer("session=two; Max-Age=60");
        assert_eq!(replaced.as_deref(), Some("two"));
        assert_eq!(answer("session=; Path=/; Max-Age=0"), None);
    }

    #[test]
    fn a_path_of_the_site_keeps_its_query() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let site: Url = "http://127.0.0.1:8080".parse().expect("a URL");
        let browser = Browser::new(Client::new(), site);
        let url = browser.url("/auth/login?returnTo=/products");
        assert_eq!(
            url.as_str(),
            "http://127.0.0.1:8080/auth/login?returnTo=/products"
        );
    }
}
