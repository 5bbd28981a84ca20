//! The pages of a logout.

use axum::response::{IntoResponse, Response};

use super::layout::{Escaped, Page, concat_map};

/// Asks the user to confirm a logout.
pub(crate) struct ConfirmLogoutPage<'a> {
    /// The path that receives the form.
    pub(crate) action: &'a str,
    /// Parameters of the request that the form repeats.
    pub(crate) hidden_fields: &'a [(&'a str, &'a str)],
    /// Origins to which the form may redirect.
    pub(crate) form_targets: &'a [String],
}

impl IntoResponse for ConfirmLogoutPage<'_> {
    fn into_response(self) -> Response {
        let hidden_fields = concat_map(self.hidden_fields, |(name, value)| {
            format!(
                "<input type=\"hidden\" name=\"{}\" value=\"{}\">\n",
                Escaped(name),
                Escaped(value)
            )
        });
        let main = format!(
            "<h1>Log out?</h1>\n<p>Do you want to log out of the local tenant?</p>\n\
             <form method=\"post\" action=\"{action}\">\n{hidden_fields}\
             <input type=\"hidden\" name=\"confirmed\" value=\"yes\">\n<button type=\"submit\">Log out</button>\n</form>",
            action = Escaped(self.action),
        );
        Page {
            form_targets: self.form_targets,
            ..Page::narrow("Log out", main)
        }
        .into_response()
    }
}

/// Confirms that the browser has no session.
pub(crate) struct LoggedOutPage;

impl IntoResponse for LoggedOutPage {
    fn into_response(self) -> Response {
        let main = "<h1>You are logged out</h1>\n<p>This browser has no session at the local tenant.</p>\n\
                    <p><a href=\"/\">Dashboard of the tenant</a></p>"
            .to_owned();
        Page::narrow("Logged out", main).into_response()
    }
}
