//! The pages around logging out.

use axum::response::{IntoResponse, Response};
use url::Url;

use super::layout::{Page, Text, each};
use crate::{logout::oidc::PATH, parameters::Parameters, store::registry::Application};

/// The parameters that the confirmation carries along.
const CARRIED: [&str; 4] = [
    "id_token_hint",
    "client_id",
    "post_logout_redirect_uri",
    "state",
];

/// Asks whether the person wants to log out.
pub(crate) struct ConfirmPage<'a> {
    pub(crate) parameters: &'a Parameters,
    pub(crate) application: Option<&'a Application>,
}

impl IntoResponse for ConfirmPage<'_> {
    fn into_response(self) -> Response {
        let carried = each(CARRIED, |name| match self.parameters.get(name) {
            Some(value) => format!(
                "<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n",
                Text(value)
            ),
            None => String::new(),
        });
        let main = format!(
            "<h1>Log out?</h1>\n<p>Do you want to log out of the local tenant?</p>\n\
             <form method=\"post\" action=\"{PATH}\">\n{carried}\
             <input type=\"hidden\" name=\"confirmed\" value=\"yes\">\n<button type=\"submit\">Log out</button>\n</form>",
        );
        // After the form, the browser may be sent to a logout URL of the application.
        let targets: Vec<String> = self
            .application
            .map(|application| application.logout_urls.as_slice())
            .unwrap_or_default()
            .iter()
            .filter_map(|url| Url::parse(url).ok())
            .map(|url| url.origin().ascii_serialization())
            .collect();
        Page {
            form_targets: &targets,
            ..Page::narrow("Log out", main)
        }
        .into_response()
    }
}

/// Says that nobody is logged in any more.
pub(crate) struct LoggedOutPage;

impl IntoResponse for LoggedOutPage {
    fn into_response(self) -> Response {
        let main = "<h1>You are logged out</h1>\n<p>Nobody is logged in at the local tenant with this browser.</p>\n\
                    <p><a href=\"/\">Dashboard of the tenant</a></p>"
            .to_owned();
        Page::narrow("Logged out", main).into_response()
    }
}
