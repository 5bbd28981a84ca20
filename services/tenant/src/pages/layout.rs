//! The frame of every page, and its Content Security Policy.

use std::fmt::{self, Write as _};

use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};

pub(crate) const STYLE_PATH: &str = "/assets/tenant.css";
pub(crate) const ICON_PATH: &str = "/assets/icon.svg";

/// Text from anywhere, made safe between tags and in quoted attributes.
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&html_escape::encode_safe(self.0))
    }
}

/// The fragments of all `items`, one after the other.
pub(crate) fn each<T>(
    items: impl IntoIterator<Item = T>,
    fragment: impl FnMut(T) -> String,
) -> String {
    items.into_iter().map(fragment).collect::<Vec<_>>().concat()
}

/// A page before it is framed.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    pub(crate) status: StatusCode,
    pub(crate) title: &'a str,
    /// What is between `<main>` and `</main>`.
    pub(crate) main: String,
    /// `narrow` for a form, `wide` for the dashboard.
    pub(crate) width: &'static str,
    /// Origins to which a form of the page may lead, beside the tenant.
    pub(crate) form_targets: &'a [String],
    /// The page's script and its nonce.
    pub(crate) script: Option<(&'static str, String)>,
}

impl<'a> Page<'a> {
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

    fn policy(&self) -> String {
        let mut policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
                          frame-ancestors 'none'; connect-src 'self'; form-action 'self'"
            .to_owned();
        // Chromium applies form-action to the redirects after the form, which lead back to the application.
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
             <link rel=\"stylesheet\" href=\"{STYLE_PATH}\">\n</head>\n<body class=\"{width}\">\n\
             <main>\n{main}\n</main>\n<footer><p>Local tenant, for development only. It listens on this machine alone \
             and stands in for Auth0.</p></footer>\n{script}</body>\n</html>\n",
            title = Text(self.title),
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
            HeaderValue::from_str(&self.policy())
                .unwrap_or(HeaderValue::from_static("default-src 'none'")),
        );
        response
    }
}

pub(crate) async fn style() -> Response {
    asset("text/css; charset=utf-8", include_str!("tenant.css"))
}

pub(crate) async fn icon() -> Response {
    asset("image/svg+xml", include_str!("icon.svg"))
}

fn asset(content_type: &'static str, body: &'static str) -> Response {
    (
        [
            (CONTENT_TYPE, content_type),
            (CACHE_CONTROL, "public, max-age=60"),
        ],
        body,
    )
        .into_response()
}
