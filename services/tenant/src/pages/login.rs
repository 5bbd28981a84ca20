//! The login form.

use axum::response::{IntoResponse, Response};

use super::layout::{Escaped, Page, concat_map};
use crate::store::{authorization_request::AuthorizationRequest, users::User};

/// The login form of a login.
pub(crate) struct LoginPage<'a> {
    /// The path that receives the form.
    pub(crate) action: &'a str,
    /// The path that receives the form without a password, if such logins are enabled.
    pub(crate) one_click_action: Option<&'a str>,
    pub(crate) request: &'a AuthorizationRequest,
    /// The login ID, which the form sends as `state`.
    pub(crate) login_id: &'a str,
    pub(crate) username: &'a str,
    /// Whether the previous attempt failed.
    pub(crate) failed: bool,
    /// The users of the tenant, which the page lists.
    pub(crate) users: &'a [User],
}

impl LoginPage<'_> {
    /// Returns a form with a button for each user, or nothing if such logins are disabled.
    ///
    /// A form of its own: in the form with the password, Enter would press the first of these buttons.
    fn one_click_form(&self) -> String {
        let Some(action) = self.one_click_action.filter(|_| !self.users.is_empty()) else {
            return String::new();
        };
        let buttons = concat_map(self.users, |user| {
            let name = if user.given_name.is_empty() {
                &user.email
            } else {
                &user.given_name
            };
            format!(
                "<button type=\"submit\" name=\"user\" value=\"{sub}\"><span>Continue as {name}</span> \
                 <small>{email}</small></button>\n",
                sub = Escaped(&user.sub),
                name = Escaped(name),
                email = Escaped(&user.email),
            )
        });
        format!(
            "<form method=\"post\" action=\"{action}\" class=\"users\">\n\
             <input type=\"hidden\" name=\"state\" value=\"{login_id}\">\n{buttons}</form>\n\
             <p class=\"or\"><span>or with a password</span></p>\n",
            action = Escaped(action),
            login_id = Escaped(self.login_id),
        )
    }

    /// Returns the form with the password.
    fn password_form(&self) -> String {
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
        format!(
            "{error}<form method=\"post\" action=\"{action}\">\n<input type=\"hidden\" name=\"state\" value=\"{login_id}\">\n\
             <label for=\"username\">Email address</label>\n\
             <input id=\"username\" name=\"username\" type=\"email\" autocomplete=\"username\" autocapitalize=\"none\" \
             spellcheck=\"false\" maxlength=\"254\" required value=\"{username}\"{described}{focus_username}>\n\
             <label for=\"password\">Password</label>\n\
             <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" \
             maxlength=\"200\" required{described}{focus_password}>\n\
             <button type=\"submit\">Continue</button>\n</form>\n",
            action = Escaped(self.action),
            login_id = Escaped(self.login_id),
            username = Escaped(self.username),
        )
    }

    fn title(&self) -> String {
        match &self.request.organization {
            Some(organization) => format!("Log in to {}", organization.display_name),
            None => "Log in".to_owned(),
        }
    }

    fn note(&self) -> String {
        let sign_up = format!(
            "<a href=\"/u/signup?state={}\">Sign up</a>. ",
            Escaped(self.login_id)
        );
        let passwords = "The program that started the tenant prints the passwords.";
        if self.one_click_action.is_some() {
            return format!("<p class=\"note\">{sign_up}{passwords}</p>");
        }
        let users: Vec<String> = self
            .users
            .iter()
            .map(|user| format!("<code>{}</code>", Escaped(&user.email)))
            .collect();
        format!(
            "<p class=\"note\">{sign_up}Users of this tenant: {}. {passwords}</p>",
            users.join(", ")
        )
    }
}

impl IntoResponse for LoginPage<'_> {
    fn into_response(self) -> Response {
        let main = format!(
            "<h1>{title}</h1>\n<p>to continue to {application}</p>\n{one_click}{password}{note}",
            title = Escaped(&self.title()),
            application = Escaped(&self.request.application_name),
            one_click = self.one_click_form(),
            password = self.password_form(),
            note = self.note(),
        );
        Page {
            form_targets: &self.request.form_targets,
            ..Page::narrow("Log in", main)
        }
        .into_response()
    }
}
