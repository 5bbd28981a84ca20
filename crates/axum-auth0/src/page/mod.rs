//! HTML pages of the engine, shown when a request fails.

use std::{fmt::Write as _, sync::LazyLock};

use axum::response::{Html, IntoResponse, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use html_escape::{encode_double_quoted_attribute as attribute, encode_text as text};
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};

use crate::diagnosis::{Diagnosis, DiagnosisVisibility};

/// The only style that the Content Security Policy allows, by its hash.
const STYLE: &str = include_str!("page.css");

/// Submits the only form of the page. Allowed by its hash.
const SUBMIT_SCRIPT: &str = "document.forms[0].requestSubmit();";

/// A page with the problem, its cause, and what to do about it.
#[derive(Clone)]
pub(crate) struct Page {
    status: StatusCode,
    title: String,
    paragraphs: Vec<String>,
    fix: Option<String>,
    links: Vec<(&'static str, String)>,
    form: Option<(&'static str, String)>,
    fields: Vec<(&'static str, String)>,
    second_button: Option<(&'static str, &'static str)>,
    is_submitted_by_script: bool,
    form_action: Option<String>,
    retry_after: Option<u64>,
}

impl Page {
    pub(crate) fn new(status: StatusCode, title: impl Into<String>) -> Self {
        Self {
            status,
            title: title.into(),
            paragraphs: Vec::new(),
            fix: None,
            links: Vec::new(),
            form: None,
            fields: Vec::new(),
            second_button: None,
            is_submitted_by_script: false,
            form_action: None,
            retry_after: None,
        }
    }

    pub(crate) fn paragraph(mut self, paragraph: impl Into<String>) -> Self {
        self.paragraphs.push(paragraph.into());
        self
    }

    /// Adds cause and fix of a diagnosis, for the operator of the site. If they are not visible, adds the code.
    pub(crate) fn diagnosis(
        mut self,
        diagnosis: &Diagnosis,
        visibility: DiagnosisVisibility,
    ) -> Self {
        if !visibility.is_exposed() {
            let code = diagnosis.code().as_str();
            return self.paragraph(format!(
                "The log of this site contains the cause and what to do ({code})."
            ));
        }
        self.paragraphs.push(diagnosis.cause());
        self.fix = Some(diagnosis.fix());
        self
    }

    pub(crate) fn link(mut self, label: &'static str, href: impl Into<String>) -> Self {
        self.links.push((label, href.into()));
        self
    }

    /// Adds a button that posts to `action`. `form_action` is the policy for the redirect in the response; see
    /// [`crate::Auth0::form_action`].
    pub(crate) fn form(
        mut self,
        label: &'static str,
        action: impl Into<String>,
        form_action: String,
    ) -> Self {
        self.form = Some((label, action.into()));
        self.form_action = Some(form_action);
        self
    }

    /// Adds a second button to the form, which posts the field `name`.
    pub(crate) fn second_button(mut self, label: &'static str, name: &'static str) -> Self {
        self.second_button = Some((label, name));
        self
    }

    /// Lets a script press the first button of the form. Without JavaScript, the user does.
    pub(crate) fn submitted_by_script(mut self) -> Self {
        self.is_submitted_by_script = true;
        self
    }

    /// Adds a hidden field to the form.
    pub(crate) fn field(mut self, name: &'static str, value: Option<String>) -> Self {
        self.fields.extend(value.map(|value| (name, value)));
        self
    }

    /// Sets `Retry-After`, in seconds.
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    fn hidden_fields(&self) -> String {
        let input = |(name, value): &(&str, String)| {
            format!(
                "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
                attribute(value)
            )
        };
        self.fields.iter().map(input).collect()
    }

    fn second_button_html(&self) -> String {
        self.second_button
            .map_or_else(String::new, |(label, name)| {
                format!(
                    "<button class=\"second\" type=\"submit\" name=\"{}\" value=\"1\">{}</button>",
                    attribute(name),
                    text(label)
                )
            })
    }

    fn html(&self) -> String {
        let title = text(&self.title);
        let mut body = format!("<h1>{title}</h1>");
        // Writing to a `String` is infallible.
        for paragraph in &self.paragraphs {
            let _ = write!(body, "<p>{}</p>", text(paragraph));
        }
        if let Some(fix) = &self.fix {
            let _ = write!(
                body,
                "<section aria-labelledby=\"fix\"><h2 id=\"fix\">What to do</h2><p>{}</p></section>",
                text(fix)
            );
        }
        body.push_str("<div class=\"actions\">");
        if let Some((label, action)) = &self.form {
            let _ = write!(
                body,
                "<form method=\"post\" action=\"{}\">{}<button type=\"submit\">{}</button>{}</form>",
                attribute(action),
                self.hidden_fields(),
                text(label),
                self.second_button_html()
            );
        }
        for (position, (label, href)) in self.links.iter().enumerate() {
            let class = if position == 0 && self.form.is_none() {
                " class=\"main\""
            } else {
                ""
            };
            let _ = write!(
                body,
                "<a{class} href=\"{}\">{}</a>",
                attribute(href),
                text(label)
            );
        }
        body.push_str("</div>");
        let script = if self.is_submitted_by_script {
            format!("<script>{SUBMIT_SCRIPT}</script>")
        } else {
            String::new()
        };
        format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
             <meta name=\"robots\" content=\"noindex\"><title>{title}</title><style>{STYLE}</style></head><body>\
             <main>{body}</main>{script}</body></html>"
        )
    }
}

static STYLE_HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE)));

static SCRIPT_HASH: LazyLock<String> =
    LazyLock::new(|| STANDARD.encode(Sha256::digest(SUBMIT_SCRIPT)));

/// Returns a policy that allows only the page's own style and script and the redirects of its form.
fn content_security_policy(form_action: Option<&str>, has_script: bool) -> Option<HeaderValue> {
    let hash = STYLE_HASH.as_str();
    let form_action = form_action.unwrap_or("'self'");
    let script = if has_script {
        format!(" script-src 'sha256-{}';", SCRIPT_HASH.as_str())
    } else {
        String::new()
    };
    HeaderValue::from_str(&format!(
        "default-src 'none'; style-src 'sha256-{hash}';{script} form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    ))
    .ok()
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let mut response = (self.status, Html(self.html())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(
            header::REFERRER_POLICY,
            HeaderValue::from_static("same-origin"),
        );
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        if let Some(policy) =
            content_security_policy(self.form_action.as_deref(), self.is_submitted_by_script)
        {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn untrusted_text_is_escaped() {
        let page = Page::new(StatusCode::BAD_REQUEST, "<script>1</script>")
            .paragraph("<img src=x>")
            .link("Home", "/\"><script>2</script>");
        let html = page.html();
        assert!(
            !html.contains("<script>") && !html.contains("<img"),
            "{html}"
        );
    }
}
