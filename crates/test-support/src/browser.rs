//! A browser: an HTTP client with a cookie jar that sends `Origin` and Fetch Metadata headers and follows no redirects.

use std::collections::BTreeMap;

use axum::{
    Router,
    body::{Body, to_bytes},
};
use cookie::Cookie;
use http::{HeaderMap, Method, Request, StatusCode, header};
use tower::ServiceExt as _;

use crate::{
    fake_provider::{AuthorizationResponse, FakeProvider},
    secret_scanner::SecretScanner,
};

/// A browser that sends its requests to one site. A clone is another browser with the same cookies.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    origin: String,
    secrets: SecretScanner,
    /// Values of the cookies by name.
    pub jar: BTreeMap<String, String>,
}

/// A response of the site.
#[derive(Debug)]
pub struct TestResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl TestResponse {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_else(|| {
            panic!("{} has no Location: {}", self.status, self.body);
        })
    }

    pub fn set_cookies(&self) -> Vec<Cookie<'static>> {
        let all = self.headers.get_all(header::SET_COOKIE).into_iter();
        all.map(|value| Cookie::parse(value.to_str().unwrap().to_owned()).unwrap())
            .collect()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    /// Returns a query parameter of the URL in `Location`.
    pub fn redirect_parameter(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(self.location()).unwrap();
        let mut pairs = url.query_pairs();
        pairs
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.into_owned())
    }
}

impl Browser {
    pub fn new(router: Router, origin: &str, secrets: SecretScanner) -> Self {
        Self {
            router,
            origin: origin.to_owned(),
            secrets,
            jar: BTreeMap::new(),
        }
    }

    /// Connects the browser to another instance of the site, such as a replica or one with another configuration.
    pub fn with_router(mut self, router: &Router) -> Self {
        self.router = router.clone();
        self
    }

    /// Returns a request with the headers `Host` and `Cookie` only.
    pub fn request(&self, method: Method, path: &str) -> http::request::Builder {
        let host = self.origin.split_once("://").unwrap().1;
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, host);
        if !self.jar.is_empty() {
            let pairs = self.jar.iter();
            let cookies: Vec<String> = pairs
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        request
    }

    /// Returns a top-level navigation, as when the user types a URL or follows a bookmark.
    pub fn navigation(&self, path: &str) -> http::request::Builder {
        self.request(Method::GET, path)
            .header(header::ACCEPT, "text/html,*/*;q=0.8")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
            .header("sec-fetch-site", "none")
    }

    /// Returns a form post from a page of this site.
    pub fn form(&self, path: &str) -> http::request::Builder {
        self.request(Method::POST, path)
            .header(header::ORIGIN, &self.origin)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
    }

    /// Sends a [`navigation`](Self::navigation).
    pub async fn get(&mut self, path: &str) -> TestResponse {
        let request = self.navigation(path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    /// Sends a GET request as a program does.
    pub async fn get_json(&mut self, path: &str) -> TestResponse {
        let request = self
            .request(Method::GET, path)
            .header(header::ACCEPT, "application/json");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Posts a [`form`](Self::form).
    pub async fn post(&mut self, path: &str, form: &str) -> TestResponse {
        let request = self.form(path).body(Body::from(form.to_owned())).unwrap();
        self.send(request).await
    }

    /// Sends a GET request with these headers. The response may contain an access token, but no other secret.
    pub async fn fetch(&mut self, path: &str, headers: &[(&str, &str)]) -> TestResponse {
        let mut request = self.request(Method::GET, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.exchange(request.body(Body::empty()).unwrap()).await;
        let body = serde_json::from_str::<serde_json::Value>(&response.body).ok();
        let token = body.and_then(|body| Some(body.get("token")?.as_str()?.to_owned()));
        let without_token = TestResponse {
            status: response.status,
            headers: response.headers.clone(),
            body: token.map_or_else(String::new, |token| response.body.replace(&token, "")),
        };
        self.assert_no_secrets(&without_token);
        response
    }

    /// Sends a HEAD request without further headers.
    pub async fn head(&mut self, path: &str) -> TestResponse {
        let request = self.request(Method::HEAD, path);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Sends a request and stores the cookies of the response.
    ///
    /// # Panics
    /// If the response contains a secret.
    pub async fn send(&mut self, request: Request<Body>) -> TestResponse {
        let response = self.exchange(request).await;
        self.assert_no_secrets(&response);
        response
    }

    async fn exchange(&mut self, request: Request<Body>) -> TestResponse {
        let http_response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = http_response.into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        let response = TestResponse {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        };
        self.store_cookies(&response);
        response
    }

    fn store_cookies(&mut self, response: &TestResponse) {
        for cookie in response.set_cookies() {
            let (name, value) = (cookie.name(), cookie.value());
            if name.starts_with("__Host-")
                && (cookie.secure() != Some(true)
                    || cookie.path() != Some("/")
                    || cookie.domain().is_some())
            {
                continue;
            }
            if name.starts_with("__Secure-") && cookie.secure() != Some(true) {
                continue;
            }
            // RFC 6265bis §5.6: browsers ignore larger cookies.
            if name.len() + value.len() > 4096 {
                continue;
            }
            if cookie.max_age().is_some_and(|age| !age.is_positive()) {
                self.jar.remove(name);
                continue;
            }
            self.secrets.add("cookie", value);
            self.jar.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Asserts that the response contains no secret, except in `Location` and `Set-Cookie`, where the protocol needs them.
    fn assert_no_secrets(&self, response: &TestResponse) {
        let mut all = response.body.clone();
        for (name, value) in &response.headers {
            if name != header::LOCATION && name != header::SET_COOKIE {
                all.push('\n');
                all.push_str(&String::from_utf8_lossy(value.as_bytes()));
            }
        }
        let found = self.secrets.found_in(&all);
        assert!(found.is_empty(), "{found:?} in {all}");
    }

    /// Starts a login. The response redirects to the provider.
    pub async fn start_login(&mut self, return_to: &str) -> TestResponse {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("returnTo", return_to);
        let response = self.get(&format!("/auth/login?{}", query.finish())).await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.body);
        response
    }

    /// Starts a login, authenticates `user` at the provider, and returns the authorization response without sending it to the
    /// callback.
    pub async fn authorize_without_callback(
        &mut self,
        provider: &FakeProvider,
        user: &str,
    ) -> AuthorizationResponse {
        let response = self.start_login("/products?page=2").await;
        provider.authorize(response.location(), user)
    }

    /// Logs `user` in, and returns the response of the callback.
    pub async fn attempt_login(&mut self, provider: &FakeProvider, user: &str) -> TestResponse {
        let returned = self.authorize_without_callback(provider, user).await;
        self.get(&returned.path()).await
    }

    /// Logs `user` in.
    ///
    /// # Panics
    /// If the login fails.
    pub async fn log_in(&mut self, provider: &FakeProvider, user: &str) {
        let response = self.attempt_login(provider, user).await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.body);
        assert_eq!(response.location(), "/products?page=2");
        assert_eq!(self.whoami().await, format!("auth0|{user}"));
    }

    /// Returns the subject of the signed-in user, or `anonymous`.
    pub async fn whoami(&mut self) -> String {
        let response = self.get("/whoami").await;
        assert_eq!(response.status, StatusCode::OK);
        response.body
    }

    /// Returns whether the browser has a session cookie.
    pub fn has_session(&self) -> bool {
        self.session().is_some()
    }

    /// Returns the value of the session cookie.
    pub fn session(&self) -> Option<&String> {
        self.jar.get(self.session_cookie_name())
    }

    /// Returns the default name of the session cookie.
    pub fn session_cookie_name(&self) -> &'static str {
        if self.origin.starts_with("https:") {
            "__Host-session"
        } else {
            "session"
        }
    }

    /// Returns the number of pending login transactions in this browser.
    pub fn pending_logins(&self) -> usize {
        self.jar.keys().filter(|name| name.contains("txn_")).count()
    }
}
