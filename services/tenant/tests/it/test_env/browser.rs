//! A browser, and the URLs that it visits.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{
    Response, StatusCode,
    header::{COOKIE, LOCATION, SET_COOKIE},
};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{CALLBACK, CLIENT_ID, TestEnv, VERIFIER};

/// A browser that stores the tenant's cookies.
pub(crate) struct Browser<'a> {
    pub(super) env: &'a TestEnv,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Browser<'_> {
    pub(crate) async fn get(&mut self, path: &str) -> Response {
        let request = self.env.client.get(self.env.url(path));
        self.send(request).await
    }

    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Response {
        let request = self.env.client.post(self.env.url(path)).form(form);
        self.send(request).await
    }

    pub(crate) async fn send(&mut self, request: reqwest::RequestBuilder) -> Response {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let response = request
            .header(COOKIE, cookies.join("; "))
            .send()
            .await
            .unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        response
    }

    /// Requests `/authorize` like the application, with the parameters of [`authorize_path`].
    pub(crate) async fn authorize(&mut self, more: &[(&str, &str)]) -> Response {
        let request = authorize_path(more);
        self.get(&request).await
    }

    /// Logs in with the login form and returns the callback URL.
    pub(crate) async fn log_in(&mut self, username: &str, more: &[(&str, &str)]) -> Url {
        let response = self.authorize(more).await;
        let login_id = login_id_of(&response);
        let response = self
            .post(
                "u/login",
                &[
                    ("state", &login_id),
                    ("username", username),
                    ("password", "local-only"),
                ],
            )
            .await;
        location(&response)
    }
}

/// Returns the path of a login with PKCE, state and nonce. `more` replaces and adds parameters; an empty value removes one.
pub(crate) fn authorize_path(more: &[(&str, &str)]) -> String {
    let mut parameters = BTreeMap::from([
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", CALLBACK),
        ("scope", "openid profile email offline_access read:products"),
        ("state", "state-1"),
        ("nonce", "nonce-1"),
        ("code_challenge_method", "S256"),
    ]);
    let challenge = challenge();
    parameters.insert("code_challenge", &challenge);
    parameters.extend(more.iter().copied());
    parameters.retain(|_, value| !value.is_empty());
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("authorize?{query}")
}

/// Returns the S256 challenge of [`VERIFIER`].
pub(crate) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

/// Returns the target of a redirect.
#[track_caller]
pub(crate) fn location(response: &Response) -> Url {
    assert_eq!(response.status(), StatusCode::FOUND);
    let text = response.headers()[LOCATION].to_str().unwrap();
    Url::options()
        .base_url(Some(response.url()))
        .parse(text)
        .unwrap()
}

/// Returns the login ID of a redirect to the login page.
#[track_caller]
pub(crate) fn login_id_of(response: &Response) -> String {
    let url = location(response);
    assert_eq!(url.path(), "/u/login", "{url}");
    parameter(&url, "state").unwrap()
}

/// Returns a query parameter of a URL.
pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}
