//! A browser without JavaScript, over HTTP: cookies, Fetch Metadata headers, links, redirects and forms.

mod response;

use std::sync::{Arc, Mutex, PoisonError};

use reqwest::{
    Client, Method, RequestBuilder,
    cookie::{CookieStore as _, Jar},
    header,
    redirect::Policy,
};
use server::dev_sign_in;
use url::Url;

use self::response::Navigation;
pub(crate) use self::response::Response;
use crate::html::Form;

pub(crate) const ALICE: &str = "alice@example.com";
pub(crate) const BOB: &str = "bob@example.com";
pub(crate) const PASSWORD: &str = "local-only";

const HTML: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// Browsers give up after twenty redirects.
const MAX_REDIRECTS: usize = 20;

/// A browser. Clones share its cookies.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    site: Url,
    client: Client,
    jar: Arc<Jar>,
    responses: Arc<Mutex<Vec<Response>>>,
}

impl Browser {
    pub(crate) fn new(site: &Url) -> Self {
        let jar = Arc::new(Jar::default());
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .cookie_provider(jar.clone())
            // Port 0 keeps the port of the URL.
            .resolve("localhost", ([127, 0, 0, 1], 0).into())
            .user_agent("Mozilla/5.0 (leptos-auth0 tests)")
            .build()
            .unwrap();
        Self {
            site: site.clone(),
            client,
            jar,
            responses: Arc::default(),
        }
    }

    /// Navigates to a path or URL, as if typed. Does not follow redirects.
    pub(crate) async fn visit(&self, address: &str) -> Response {
        self.navigate(Method::GET, self.url(address), Navigation::default(), None)
            .await
    }

    /// Navigates to a path or URL, as if typed, and follows redirects.
    pub(crate) async fn open(&self, address: &str) -> Response {
        let response = self.visit(address).await;
        self.follow_redirects(response).await
    }

    /// Follows a link on a page. Does not follow redirects.
    pub(crate) async fn click(&self, page: &Response, href: &str) -> Response {
        let navigation = Navigation {
            referrer: Some(page.url.clone()),
            is_cross_site: false,
        };
        self.navigate(Method::GET, page.url.join(href).unwrap(), navigation, None)
            .await
    }

    /// Follows one redirect.
    pub(crate) async fn follow(&self, response: &Response) -> Response {
        let (target, navigation) = (response.redirect_target(), response.navigation.clone());
        self.navigate(Method::GET, target, navigation, None).await
    }

    /// Follows redirects to the final response.
    pub(crate) async fn follow_redirects(&self, mut response: Response) -> Response {
        for _ in 0..MAX_REDIRECTS {
            if !response.status.is_redirection() {
                return response;
            }
            response = self.follow(&response).await;
        }
        panic!("redirects without an end, at last to {}", response.url)
    }

    /// Fills in a form of `page` and submits it. Does not follow redirects.
    pub(crate) async fn submit(
        &self,
        page: &Response,
        mut form: Form,
        typed: &[(&str, &str)],
    ) -> Response {
        assert_eq!(form.method, "post");
        for (name, value) in typed {
            let field = form
                .fields
                .get_mut(*name)
                .unwrap_or_else(|| panic!("{name} is no field"));
            (*value).clone_into(field);
        }
        let navigation = Navigation {
            referrer: Some(page.url.clone()),
            is_cross_site: false,
        };
        let target = page.url.join(&form.action).unwrap();
        let fields = Some(form.fields.into_iter().collect());
        self.navigate(Method::POST, target, navigation, fields)
            .await
    }

    /// Opens a protected page and logs in on the way. Returns the final page.
    pub(crate) async fn log_in(&self, email: &str) -> Response {
        let form = self.open("/products").await.assert_status(200);
        self.submit_login(&form, email, PASSWORD).await
    }

    /// Signs in a user of the tenant without a login. Returns the response.
    pub(crate) async fn sign_in(&self, subject: &str) -> Response {
        self.sign_in_as(&serde_json::json!({ "sub": subject }))
            .await
    }

    /// Signs in a user with claims and tokens without a login. Returns the response.
    pub(crate) async fn sign_in_as(&self, user: &serde_json::Value) -> Response {
        let request = self.request(Method::POST, dev_sign_in::PATH);
        self.send(request.json(user)).await
    }

    /// Submits the tenant's login form and follows redirects.
    pub(crate) async fn submit_login(
        &self,
        page: &Response,
        email: &str,
        password: &str,
    ) -> Response {
        let typed = [("username", email), ("password", password)];
        let response = self
            .submit(page, page.html().form("/u/login"), &typed)
            .await;
        self.follow_redirects(response).await
    }

    /// Presses the button *Log out* and follows redirects.
    pub(crate) async fn log_out(&self) -> Response {
        let page = self.open("/").await.assert_status(200);
        let response = self
            .submit(&page, page.html().form("/auth/logout"), &[])
            .await;
        self.follow_redirects(response).await
    }

    /// Calls a server function as the app's WASM does.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Response {
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

    /// Calls a server function with GET.
    pub(crate) async fn get_json(&self, path: &str) -> Response {
        self.call(Method::GET, path, &[]).await
    }

    /// Returns a request with the cookies and without the headers of a browser.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// Sends a request made with [`Self::request`].
    pub(crate) async fn send(&self, request: RequestBuilder) -> Response {
        self.receive(request, Navigation::default()).await
    }

    /// Returns the value of a cookie of the site.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.jar.cookies(&self.url("/products"))?;
        let cookies = cookies.to_str().unwrap().to_owned();
        let pairs = cookies.split("; ").filter_map(|pair| pair.split_once('='));
        pairs
            .filter(|(given, _)| *given == name)
            .map(|(_, value)| value.to_owned())
            .next()
    }

    /// Sets a cookie of the site.
    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        self.jar
            .add_cookie_str(&format!("{name}={value}; Path=/"), &self.site);
    }

    /// Deletes a cookie of the site.
    pub(crate) fn delete_cookie(&self, name: &str) {
        self.jar
            .add_cookie_str(&format!("{name}=; Path=/; Max-Age=0"), &self.site);
    }

    /// Returns all responses that this browser received.
    pub(crate) fn responses(&self) -> Vec<Response> {
        self.responses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Returns the site's origin, serialized.
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
        mut navigation: Navigation,
        fields: Option<Vec<(String, String)>>,
    ) -> Response {
        let site = navigation.sec_fetch_site(&to);
        let mut request = self
            .client
            .request(method, to.clone())
            .header(header::ACCEPT, HTML)
            .header("sec-fetch-site", site)
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
            .header("sec-fetch-user", "?1");
        if let Some(from) = &navigation.referrer {
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
        self.receive(request, navigation).await
    }

    async fn receive(&self, request: RequestBuilder, navigation: Navigation) -> Response {
        let request = request.build().unwrap();
        let (method, url) = (request.method().clone(), request.url().clone());
        let response = self.client.execute(request).await.unwrap();
        let response = Response {
            method,
            url,
            status: response.status(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap().into(),
            navigation,
        };
        self.responses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(response.clone());
        response
    }
}
