//! A response to a browser.

use std::sync::Arc;

use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::Value;
use url::Url;

use crate::html::Document;

/// A response, with its request and the navigation that led to it.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Arc<str>,
    pub(super) navigation: Navigation,
}

/// How a browser came to a page. Redirects continue the navigation.
#[derive(Clone, Debug, Default)]
pub(super) struct Navigation {
    /// The page with the link or form; `None` for a typed address.
    pub(super) referrer: Option<Url>,
    /// Whether the redirect chain contained another origin.
    pub(super) is_cross_site: bool,
}

impl Navigation {
    /// Returns `Sec-Fetch-Site` of a request to `to` (W3C Fetch Metadata §2.3).
    pub(super) fn sec_fetch_site(&mut self, to: &Url) -> &'static str {
        let Some(from) = &self.referrer else {
            return "none";
        };
        self.is_cross_site |= from.origin() != to.origin();
        if self.is_cross_site {
            "cross-site"
        } else {
            "same-origin"
        }
    }
}

impl Response {
    /// Asserts the status.
    #[track_caller]
    pub(crate) fn assert_status(self, status: u16) -> Self {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{} {} answered: {}",
            self.method,
            self.url,
            self.body
        );
        self
    }

    /// Returns a header; empty if it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Returns all `Set-Cookie` headers.
    pub(crate) fn set_cookies(&self) -> Vec<&str> {
        let cookies = self.headers.get_all("set-cookie").iter();
        cookies.map(|cookie| cookie.to_str().unwrap()).collect()
    }

    /// Returns `Location` of a redirect.
    #[track_caller]
    pub(crate) fn location(&self) -> &str {
        assert!(
            self.status.is_redirection(),
            "{} answered: {}",
            self.url,
            self.body
        );
        self.header("location")
    }

    /// Returns the absolute URL that a redirect leads to.
    #[track_caller]
    pub(crate) fn redirect_target(&self) -> Url {
        self.url.join(self.location()).unwrap()
    }

    /// Returns path and query of the requested URL.
    pub(crate) fn path_and_query(&self) -> &str {
        &self.url[url::Position::BeforePath..]
    }

    pub(crate) fn html(&self) -> Document {
        assert!(
            self.header("content-type").starts_with("text/html"),
            "{self:?}"
        );
        Document::parse(&self.body)
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json", "{self:?}");
        serde_json::from_str(&self.body).unwrap()
    }

    /// Returns the code of a typed error.
    #[track_caller]
    pub(crate) fn error_code(&self) -> String {
        self.json()["code"].as_str().unwrap().to_owned()
    }
}
