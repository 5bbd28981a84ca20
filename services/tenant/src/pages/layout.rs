//! The layout of every page, and its Content Security Policy.

use std::fmt::{self, Write as _};

use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};

use super::assets::{ICON_PATH, STYLESHEET_PATH};

/// Text that is escaped for element content and quoted attributes.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&html_escape::encode_safe(self.0))
    }
}

/// Concatenates the HTML fragments of all `items`.
pub(crate) fn concat_map<T>(
    items: impl IntoIterator<Item = T>,
    fragment: impl FnMut(T) -> String,
) -> String {
    items.into_iter().map(fragment).collect::<Vec<_>>().concat()
}

/// A page.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    pub(crate) status: StatusCode,
    pub(crate) title: &'a str,
    /// The HTML of the element `main`.
    pub(crate) main: String,
    /// `narrow` for a form, `wide` for the dashboard.
    pub(crate) width: &'static str,
    /// Origins, besides the tenant, to which a form of the page may redirect.
    pub(crate) form_targets: &'a [String],
    /// The page's script and its nonce.
    pub(crate) script: Option<(&'static str, String)>,
}

impl<'a> Page<'a> {
    /// Creates a page with the status 200 and the width of a form.
    pub(crate) fn narrow(title: &'a str, main: String) -> Self {
        Self {
            status: StatusCode::OK,
            title,
            main,
            width: "narrow",
            form_targets: &[],
            script: None,
        }
    }

    fn content_security_policy(&self) -> String {
        let mut policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
                          frame-ancestors 'none'; connect-src 'self'; form-action 'self'"
            .to_owned();
        // Chromium also applies form-action to the redirects that follow a form, which lead back to the application.
        for origin in self.form_targets {
            policy.push(' ');
            policy.push_str(origin);
        }
        if let Some((_, nonce)) = &self.script {
            // Writing to a String does not fail.
            let _ = write!(policy, "; script-src 'nonce-{nonce}'");
        }
        policy
    }
}

impl IntoResponse for Page<'_> {
    fn into_response(self) -> Response {
        let script = match &self.script {
            Some((code, nonce)) => format!("<script nonce=\"{nonce}\">{code}</script>"),
            None => String::new(),
        };
        let html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title} · Local tenant</title>\n<link rel=\"icon\" href=\"{ICON_PATH}\">\n\
             <link rel=\"stylesheet\" href=\"{STYLESHEET_PATH}\">\n</head>\n<body class=\"{width}\">\n\
             <main>\n{main}\n</main>\n<footer><p>Local tenant, for development only. It accepts loopback hosts only \
             and replaces Auth0.</p></footer>\n{script}</body>\n</html>\n",
            title = Escaped(self.title),
            width = self.width,
            main = self.main,
        );
        let mut response = (self.status, html).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        headers.insert(
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_str(&self.content_security_policy())
                .unwrap_or(HeaderValue::from_static("default-src 'none'")),
        );
        response
    }
}
