//! The consent form.

use axum::response::{IntoResponse, Response};

use super::layout::{Page, Text, each};
use crate::authorize::{consent::PATH, request::AuthorizationRequest};

/// The consent form of one login.
pub(crate) struct ConsentPage<'a> {
    pub(crate) request: &'a AuthorizationRequest,
    pub(crate) handle: &'a str,
    pub(crate) email: &'a str,
}

impl IntoResponse for ConsentPage<'_> {
    fn into_response(self) -> Response {
        let scopes = each(&self.request.scopes, |scope| {
            format!("<li><code>{}</code></li>\n", Text(scope))
        });
        let audience = match &self.request.audience {
            Some(audience) => format!(
                "<p>It wants to use the API <code>{}</code>.</p>\n",
                Text(audience)
            ),
            None => String::new(),
        };
        let main = format!(
            "<h1>Authorize {application}</h1>\n<p>{application} asks for access to the account {email}.</p>\n\
             {audience}<ul>\n{scopes}</ul>\n<form method=\"post\" action=\"{PATH}\">\n\
             <input type=\"hidden\" name=\"state\" value=\"{handle}\">\n\
             <button type=\"submit\" name=\"action\" value=\"accept\">Accept</button>\n\
             <button type=\"submit\" name=\"action\" value=\"decline\" class=\"quiet\">Decline</button>\n</form>",
            application = Text(&self.request.application_name),
            email = Text(self.email),
            handle = Text(self.handle),
        );
        Page {
            form_targets: &self.request.form_targets,
            ..Page::narrow("Authorize", main)
        }
        .into_response()
    }
}
