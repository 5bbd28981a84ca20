//! A browser without JavaScript: cookies, redirects, links and forms.

use html5gum::{Token, Tokenizer};
use reqwest::{Client, Method, RequestBuilder, StatusCode, header};
use url::Url;

/// A browser with cookies.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    site: Url,
}

/// The page that a navigation ended at.
#[derive(Debug)]
pub struct Page {
    /// Its URL, after all redirects.
    pub url: Url,
    /// Its status.
    pub status: StatusCode,
    /// Its source.
    pub body: String,
}

impl Browser {
    /// Creates a browser for the site at `site`.
    pub fn new(site: &str) -> Self {
        // An error means that another test of this process installed it.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder()
            .cookie_store(true)
            .no_proxy()
            // Port 0 keeps the port of the URL.
            .resolve("localhost", ([127, 0, 0, 1], 0).into())
            .build()
            .unwrap();
        Self {
            client,
            site: Url::parse(site).unwrap(),
        }
    }

    /// Opens a page of the site and follows redirects.
    pub async fn open(&self, path: &str) -> Page {
        let url = self.site.join(path).unwrap();
        self.navigate(self.client.get(url)).await
    }

    /// Returns a request with the cookies of this browser and no further headers.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.site.join(path).unwrap())
    }

    /// Fills in the first form of a page that has all fields of `typed`, submits it and follows redirects.
    pub async fn submit(&self, page: &Page, typed: &[(&str, &str)]) -> Page {
        let form = page.form(typed);
        let hidden = form.fields.iter().map(|(name, value)| (&**name, &**value));
        let is_typed = |name: &str| typed.iter().any(|(typed, _)| *typed == name);
        let fields: Vec<_> = hidden
            .filter(|(name, _)| !is_typed(name))
            .chain(typed.iter().copied())
            .collect();
        let request = self
            .client
            .post(page.url.join(&form.action).unwrap())
            .header(header::ORIGIN, page.url.origin().ascii_serialization())
            .header(header::REFERER, page.url.as_str())
            .form(&fields);
        self.navigate(request).await
    }

    /// Opens a protected page and logs in on the way. Returns the page.
    pub async fn log_in(&self, path: &str, email: &str) -> Page {
        let login = self.open(path).await;
        assert!(login.url.path().starts_with("/u/login"), "{login:?}");
        self.submit(&login, &[("username", email), ("password", "local-only")])
            .await
    }

    async fn navigate(&self, request: RequestBuilder) -> Page {
        let request = request.header(header::ACCEPT, "text/html,*/*;q=0.8");
        let response = request.send().await.unwrap();
        Page {
            url: response.url().clone(),
            status: response.status(),
            body: response.text().await.unwrap(),
        }
    }
}

struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

impl Page {
    /// Asserts that the page has this status and contains `text`.
    #[track_caller]
    pub fn assert(&self, status: u16, text: &str) {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert!(self.body.contains(text), "no {text:?} in {self:?}");
    }

    /// Returns the path that the first form of the page is sent to.
    #[track_caller]
    pub fn form_action(&self) -> String {
        self.form(&[]).action
    }

    /// Returns the first form that has all fields of `typed`.
    #[track_caller]
    fn form(&self, typed: &[(&str, &str)]) -> Form {
        let mut forms: Vec<Form> = Vec::new();
        for Ok(token) in Tokenizer::new(self.body.as_str()) {
            let Token::StartTag(tag) = token else {
                continue;
            };
            if *tag.name == b"form" {
                forms.push(Form {
                    action: attribute(&tag, "action"),
                    fields: Vec::new(),
                });
            } else if *tag.name == b"input"
                && let Some(form) = forms.last_mut()
            {
                let field = (attribute(&tag, "name"), attribute(&tag, "value"));
                form.fields.push(field);
            }
        }
        let has = |form: &Form, name: &str| form.fields.iter().any(|(field, _)| field == name);
        forms
            .into_iter()
            .find(|form| typed.iter().all(|(name, _)| has(form, name)))
            .unwrap_or_else(|| panic!("no form with {typed:?} in {self:?}"))
    }
}

fn attribute(tag: &html5gum::StartTag<()>, name: &str) -> String {
    let value = tag.attributes.get(name.as_bytes());
    value.map_or_else(String::new, |value| {
        String::from_utf8_lossy(value).into_owned()
    })
}
