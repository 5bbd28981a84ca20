//! Somebody with a browser: cookies, the headers that browsers send, links, redirects and forms; no JavaScript.

mod response;

use std::sync::{Arc, Mutex, PoisonError};

use reqwest::{
    Client, Method, RequestBuilder,
    cookie::{CookieStore as _, Jar},
    header,
    redirect::Policy,
};
use url::Url;

pub(crate) use self::response::Answer;
use self::response::Journey;
use crate::html::Form;

pub(crate) const ALICE: &str = "alice@example.com";
pub(crate) const BOB: &str = "bob@example.com";
pub(crate) const PASSWORD: &str = "local-only";

const HTML: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// A browser gives up after twenty.
const MAX_REDIRECTS: usize = 20;

/// Clones share the browser.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    site: Url,
    client: Client,
    jar: Arc<Jar>,
    seen: Arc<Mutex<Vec<Answer>>>,
}

impl Person {
    pub(crate) fn new(site: &Url) -> Self {
        let jar = Arc::new(Jar::default());
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .cookie_provider(jar.clone())
            // Port 0: whichever the URL has.
            .resolve("localhost", ([127, 0, 0, 1], 0).into())
            .user_agent("Mozilla/5.0 (a person of these tests)")
            .build()
            .unwrap();
        Self {
            site: site.clone(),
            client,
            jar,
            seen: Arc::default(),
        }
    }

    /// Types an address, `/products` or a whole URL. Redirects are not followed.
    pub(crate) async fn visit(&self, address: &str) -> Answer {
        self.navigate(Method::GET, self.url(address), Journey::default(), None)
            .await
    }

    /// Types an address and goes where it leads.
    pub(crate) async fn open(&self, address: &str) -> Answer {
        let answer = self.visit(address).await;
        self.arrive(answer).await
    }

    /// Follows a link on a page. Redirects are not followed.
    pub(crate) async fn click(&self, page: &Answer, href: &str) -> Answer {
        let journey = Journey {
            from: Some(page.url.clone()),
            crossed: false,
        };
        self.navigate(Method::GET, page.url.join(href).unwrap(), journey, None)
            .await
    }

    /// Follows one redirect.
    pub(crate) async fn follow(&self, answer: &Answer) -> Answer {
        let (target, journey) = (answer.target(), answer.journey.clone());
        self.navigate(Method::GET, target, journey, None).await
    }

    /// Follows redirects to their end.
    pub(crate) async fn arrive(&self, mut answer: Answer) -> Answer {
        for _ in 0..MAX_REDIRECTS {
            if !answer.status.is_redirection() {
                return answer;
            }
            answer = self.follow(&answer).await;
        }
        panic!("redirects without an end, at last to {}", answer.url)
    }

    /// Fills in a form that is on `page` and sends it. Redirects are not followed.
    pub(crate) async fn submit(
        &self,
        page: &Answer,
        mut form: Form,
        typed: &[(&str, &str)],
    ) -> Answer {
        assert_eq!(form.method, "post");
        for (name, value) in typed {
            let field = form
                .fields
                .get_mut(*name)
                .unwrap_or_else(|| panic!("{name} is no field"));
            (*value).clone_into(field);
        }
        let journey = Journey {
            from: Some(page.url.clone()),
            crossed: false,
        };
        let target = page.url.join(&form.action).unwrap();
        let fields = Some(form.fields.into_iter().collect());
        self.navigate(Method::POST, target, journey, fields).await
    }

    /// Opens a page for signed-in people and logs in on the way. Where she ends.
    pub(crate) async fn log_in(&self, who: &str) -> Answer {
        let form = self.open("/products").await.is(200);
        self.fill_in(&form, who, PASSWORD).await
    }

    /// Sends the tenant's login form, and goes where it leads.
    pub(crate) async fn fill_in(&self, page: &Answer, who: &str, password: &str) -> Answer {
        let typed = [("username", who), ("password", password)];
        let answer = self
            .submit(page, page.html().form("/u/login"), &typed)
            .await;
        self.arrive(answer).await
    }

    /// Presses the button *Log out* of a page, and goes where it leads.
    pub(crate) async fn log_out(&self) -> Answer {
        let page = self.open("/").await.is(200);
        let answer = self
            .submit(&page, page.html().form("/auth/logout"), &[])
            .await;
        self.arrive(answer).await
    }

    /// Calls a server function as the app's scripts do.
    pub(crate) async fn call(&self, method: Method, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut request = self
            .request(method.clone(), path)
            .header(header::ACCEPT, "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "cors")
            .header("sec-fetch-dest", "empty")
            .header(header::REFERER, self.url("/products").as_str());
        if method != Method::GET {
            request = request.header(header::ORIGIN, self.origin()).form(fields);
        }
        self.send(request).await
    }

    /// Reads with a server function.
    pub(crate) async fn get_json(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &[]).await
    }

    /// A request with her cookies and nothing that a browser says.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// Sends a request made with [`Self::request`].
    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        self.receive(request, Journey::default()).await
    }

    /// The value of a cookie of the site.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.jar.cookies(&self.url("/products"))?;
        let cookies = cookies.to_str().unwrap().to_owned();
        let pairs = cookies.split("; ").filter_map(|pair| pair.split_once('='));
        pairs
            .filter(|(given, _)| *given == name)
            .map(|(_, value)| value.to_owned())
            .next()
    }

    /// Puts a cookie of the site into the browser.
    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        self.jar
            .add_cookie_str(&format!("{name}={value}; Path=/"), &self.site);
    }

    /// Takes a cookie of the site out of the browser.
    pub(crate) fn forget(&self, name: &str) {
        self.jar
            .add_cookie_str(&format!("{name}=; Path=/; Max-Age=0"), &self.site);
    }

    /// Everything that servers answered to her.
    pub(crate) fn seen(&self) -> Vec<Answer> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The site's origin, as a browser writes it.
    pub(crate) fn origin(&self) -> String {
        self.site.origin().ascii_serialization()
    }

    fn url(&self, address: &str) -> Url {
        self.site.join(address).unwrap()
    }

    async fn navigate(
        &self,
        method: Method,
        to: Url,
        mut journey: Journey,
        fields: Option<Vec<(String, String)>>,
    ) -> Answer {
        let site = journey.to(&to);
        let mut request = self
            .client
            .request(method, to.clone())
            .header(header::ACCEPT, HTML)
            .header("sec-fetch-site", site)
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
            .header("sec-fetch-user", "?1");
        if let Some(from) = &journey.from {
            // `Referrer-Policy: same-origin`.
            if from.origin() == to.origin() {
                request = request.header(header::REFERER, from.as_str());
            }
            if fields.is_some() {
                request = request.header(header::ORIGIN, from.origin().ascii_serialization());
            }
        }
        if let Some(fields) = fields {
            request = request.form(&fields);
        }
        self.receive(request, journey).await
    }

    async fn receive(&self, request: RequestBuilder, journey: Journey) -> Answer {
        let request = request.build().unwrap();
        let (method, url) = (request.method().clone(), request.url().clone());
        let response = self.client.execute(request).await.unwrap();
        let answer = Answer {
            method,
            url,
            status: response.status(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap().into(),
            journey,
        };
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(answer.clone());
        answer
    }
}
