//! The registration form.

use axum::response::{IntoResponse, Response};

use super::layout::{Escaped, Page};
use crate::store::authorization_request::AuthorizationRequest;

/// The registration form of a login.
pub(crate) struct SignUpPage<'a> {
    /// The path that receives the form.
    pub(crate) action: &'a str,
    pub(crate) request: &'a AuthorizationRequest,
    /// The login ID, which the form sends as `state`.
    pub(crate) login_id: &'a str,
    pub(crate) email: &'a str,
    /// Why the previous attempt failed.
    pub(crate) error: Option<&'a str>,
}

impl IntoResponse for SignUpPage<'_> {
    fn into_response(self) -> Response {
        let (error, described) = match self.error {
            Some(error) => (
                format!(
                    "<p class=\"error\" role=\"alert\" id=\"signup-error\">{}</p>\n",
                    Escaped(error)
                ),
                " aria-invalid=\"true\" aria-describedby=\"signup-error\"",
            ),
            None => (String::new(), ""),
        };
        let main = format!(
            "<h1>Sign up</h1>\n<p>to continue to {application}</p>\n{error}\
             <form method=\"post\" action=\"{action}\">\n<input type=\"hidden\" name=\"state\" value=\"{login_id}\">\n\
             <label for=\"email\">Email address</label>\n\
             <input id=\"email\" name=\"email\" type=\"email\" autocomplete=\"username\" autocapitalize=\"none\" \
             spellcheck=\"false\" maxlength=\"254\" required value=\"{email}\"{described} autofocus>\n\
             <label for=\"given_name\">Given name</label>\n\
             <input id=\"given_name\" name=\"given_name\" autocomplete=\"given-name\" maxlength=\"100\">\n\
             <label for=\"family_name\">Family name</label>\n\
             <input id=\"family_name\" name=\"family_name\" autocomplete=\"family-name\" maxlength=\"100\">\n\
             <label for=\"password\">Password</label>\n\
             <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"new-password\" minlength=\"8\" \
             maxlength=\"200\" required>\n\
             <button type=\"submit\">Sign up</button>\n</form>\n\
             <p class=\"note\"><a href=\"/u/login?state={login_id}\">Log in instead</a>. The account exists until the tenant \
             stops.</p>",
            application = Escaped(&self.request.application_name),
            action = Escaped(self.action),
            login_id = Escaped(self.login_id),
            email = Escaped(self.email),
        );
        Page {
            form_targets: &self.request.form_targets,
            ..Page::narrow("Sign up", main)
        }
        .into_response()
    }
}
