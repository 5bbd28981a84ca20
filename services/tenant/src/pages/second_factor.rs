//! The form for the code of the second factor.

use axum::response::{IntoResponse, Response};

use super::layout::{Escaped, Page};
use crate::store::authorization_request::AuthorizationRequest;

/// Why the previous code was not accepted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    Wrong { attempts_left: i64 },
    Blocked,
}

/// The form for the second factor of a login.
pub(crate) struct SecondFactorPage<'a> {
    /// The path that receives the form.
    pub(crate) action: &'a str,
    /// The path that receives the form without a code, and the current code, which the page then shows.
    pub(crate) one_click: Option<(&'a str, String)>,
    pub(crate) request: &'a AuthorizationRequest,
    /// The login ID, which the form sends as `state`.
    pub(crate) login_id: &'a str,
    pub(crate) email: &'a str,
    pub(crate) failure: Option<Failure>,
}

impl SecondFactorPage<'_> {
    fn one_click_form(&self) -> String {
        let Some((action, code)) = &self.one_click else {
            return String::new();
        };
        let (first, last) = code.split_at_checked(3).unwrap_or((code, ""));
        format!(
            "<p>The current code is <code class=\"code\">{first} {last}</code>. At Auth0, an authenticator app shows it.</p>\n\
             <form method=\"post\" action=\"{action}\" class=\"users\">\n\
             <input type=\"hidden\" name=\"state\" value=\"{login_id}\">\n\
             <button type=\"submit\"><span>Continue with the current code</span></button>\n</form>\n\
             <p class=\"or\"><span>or type it</span></p>\n",
            action = Escaped(action),
            first = Escaped(first),
            last = Escaped(last),
            login_id = Escaped(self.login_id),
        )
    }

    fn code_form(&self) -> String {
        let error = match self.failure {
            None => String::new(),
            Some(Failure::Wrong { attempts_left }) => {
                let attempts = if attempts_left == 1 {
                    "attempt is"
                } else {
                    "attempts are"
                };
                error(&format!(
                    "Wrong code, or one that was used before. {attempts_left} {attempts} left."
                ))
            }
            Some(Failure::Blocked) => {
                error("Too many wrong codes. Wait five minutes, then try again.")
            }
        };
        let described = if self.failure.is_some() {
            " aria-invalid=\"true\" aria-describedby=\"code-error\""
        } else {
            ""
        };
        format!(
            "{error}<form method=\"post\" action=\"{action}\">\n\
             <input type=\"hidden\" name=\"state\" value=\"{login_id}\">\n\
             <label for=\"code\">Code</label>\n\
             <input id=\"code\" name=\"code\" inputmode=\"numeric\" autocomplete=\"one-time-code\" \
             pattern=\"[0-9 ]{{6,8}}\" title=\"Six digits\" maxlength=\"8\" required autofocus{described}>\n\
             <button type=\"submit\">Continue</button>\n</form>\n",
            action = Escaped(self.action),
            login_id = Escaped(self.login_id),
        )
    }
}

fn error(text: &str) -> String {
    format!("<p class=\"error\" role=\"alert\" id=\"code-error\">{text}</p>\n")
}

impl IntoResponse for SecondFactorPage<'_> {
    fn into_response(self) -> Response {
        let main = format!(
            "<h1>Second factor</h1>\n<p>{application} asks for a second factor of {email}.</p>\n{one_click}{code}",
            application = Escaped(&self.request.application_name),
            email = Escaped(self.email),
            one_click = self.one_click_form(),
            code = self.code_form(),
        );
        Page {
            form_targets: &self.request.form_targets,
            ..Page::narrow("Second factor", main)
        }
        .into_response()
    }
}
