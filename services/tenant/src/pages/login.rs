//! The login form.

use axum::response::{IntoResponse, Response};

use super::layout::{Escaped, Page};
use crate::store::{authorization_request::AuthorizationRequest, users::User};

/// The login form of a login.
pub(crate) struct LoginPage<'a> {
    /// The path that receives the form.
    pub(crate) action: &'a str,
    pub(crate) request: &'a AuthorizationRequest,
    /// The login ID, which the form sends as `state`.
    pub(crate) login_id: &'a str,
    pub(crate) username: &'a str,
    /// Whether the previous attempt failed.
    pub(crate) failed: bool,
    /// The users of the tenant, which the page lists.
    pub(crate) users: &'a [User],
}

impl IntoResponse for LoginPage<'_> {
    fn into_response(self) -> Response {
        let (error, described) = if self.failed {
            (
                "<p class=\"error\" role=\"alert\" id=\"login-error\">Wrong email or password.</p>\n",
                " aria-invalid=\"true\" aria-describedby=\"login-error\"",
            )
        } else {
            ("", "")
        };
        // Focus the first empty field.
        let (focus_username, focus_password) = if self.username.is_empty() {
            (" autofocus", "")
        } else {
            ("", " autofocus")
        };
        let users: Vec<String> = self
            .users
            .iter()
            .map(|user| format!("<code>{}</code>", Escaped(&user.email)))
            .collect();
        let main = format!(
            "<h1>Log in</h1>\n<p>to continue to {application}</p>\n{error}\
             <form method=\"post\" action=\"{action}\">\n<input type=\"hidden\" name=\"state\" value=\"{login_id}\">\n\
             <label for=\"username\">Email address</label>\n\
             <input id=\"username\" name=\"username\" type=\"email\" autocomplete=\"username\" autocapitalize=\"none\" \
             spellcheck=\"false\" maxlength=\"254\" required value=\"{username}\"{described}{focus_username}>\n\
             <label for=\"password\">Password</label>\n\
             <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" \
             maxlength=\"200\" required{described}{focus_password}>\n\
             <button type=\"submit\">Continue</button>\n</form>\n\
             <p class=\"note\">Users of this tenant: {users}. The program that started the tenant prints their \
             passwords.</p>",
            application = Escaped(&self.request.application_name),
            action = Escaped(self.action),
            login_id = Escaped(self.login_id),
            username = Escaped(self.username),
            users = users.join(", "),
        );
        Page {
            form_targets: &self.request.form_targets,
            ..Page::narrow("Log in", main)
        }
        .into_response()
    }
}
