//! The page on which a user sets up a second factor.

use axum::response::{IntoResponse, Response};

use super::{
    layout::{Escaped, Page},
    qr_code::qr_code,
};
use crate::{store::authorization_request::AuthorizationRequest, totp};

/// The setup of a second factor.
pub(crate) struct EnrollmentPage<'a> {
    /// The path that receives the form.
    pub(crate) action: &'a str,
    pub(crate) request: &'a AuthorizationRequest,
    /// The login ID, which the form sends as `state`.
    pub(crate) login_id: &'a str,
    pub(crate) email: &'a str,
    pub(crate) secret: &'a [u8],
    /// The current code, which the page then shows.
    pub(crate) one_click: Option<String>,
    /// Whether the previous code was wrong.
    pub(crate) is_wrong: bool,
}

impl EnrollmentPage<'_> {
    /// The key as QR code, as link and as text.
    fn key(&self) -> String {
        let uri = totp::setup_uri(self.email, self.secret);
        let key = totp::key(self.secret);
        let groups: Vec<&str> = key
            .as_bytes()
            .chunks(4)
            .filter_map(|group| std::str::from_utf8(group).ok())
            .collect();
        format!(
            "<p>Scan this code with an authenticator app:</p>\n{qr}\n\
             <p><a href=\"{uri}\">Open the app on this device</a>, or type this key into it:</p>\n\
             <p><code class=\"key\">{key}</code></p>\n",
            qr = qr_code(&uri, "QR code of the key below"),
            uri = Escaped(&uri),
            key = Escaped(&groups.join(" ")),
        )
    }

    fn one_click_form(&self) -> String {
        let Some(code) = &self.one_click else {
            return String::new();
        };
        let (first, last) = code.split_at_checked(3).unwrap_or((code, ""));
        format!(
            "<p>Without an app: the current code is <code class=\"code\">{first} {last}</code>.</p>\n\
             <form method=\"post\" action=\"{action}\" class=\"users\">\n\
             <input type=\"hidden\" name=\"state\" value=\"{login_id}\">\n\
             <input type=\"hidden\" name=\"code\" value=\"{code}\">\n\
             <button type=\"submit\"><span>Set it up with the current code</span></button>\n</form>\n\
             <p class=\"or\"><span>or type it</span></p>\n",
            action = Escaped(self.action),
            first = Escaped(first),
            last = Escaped(last),
            code = Escaped(code),
            login_id = Escaped(self.login_id),
        )
    }

    fn code_form(&self) -> String {
        let (error, described) = if self.is_wrong {
            (
                "<p class=\"error\" role=\"alert\" id=\"code-error\">Wrong code. Type the one that the app shows now.</p>\n",
                " aria-invalid=\"true\" aria-describedby=\"code-error\"",
            )
        } else {
            ("", "")
        };
        format!(
            "{error}<form method=\"post\" action=\"{action}\">\n\
             <input type=\"hidden\" name=\"state\" value=\"{login_id}\">\n\
             <label for=\"code\">Code that the app shows</label>\n\
             <input id=\"code\" name=\"code\" inputmode=\"numeric\" autocomplete=\"one-time-code\" \
             pattern=\"[0-9 ]{{6,8}}\" title=\"Six digits\" maxlength=\"8\" required{described}>\n\
             <button type=\"submit\">Set up and continue</button>\n</form>\n",
            action = Escaped(self.action),
            login_id = Escaped(self.login_id),
        )
    }
}

impl IntoResponse for EnrollmentPage<'_> {
    fn into_response(self) -> Response {
        let main = format!(
            "<h1>Set up a second factor</h1>\n\
             <p>{application} asks for a second factor, and {email} has none yet.</p>\n{key}{one_click}{code}",
            application = Escaped(&self.request.application_name),
            email = Escaped(self.email),
            key = self.key(),
            one_click = self.one_click_form(),
            code = self.code_form(),
        );
        Page {
            form_targets: &self.request.form_targets,
            ..Page::narrow("Set up a second factor", main)
        }
        .into_response()
    }
}
