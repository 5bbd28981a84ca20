//! The consent form.

use axum::response::{IntoResponse, Response};

use super::layout::{Escaped, Page, concat_map};
use crate::store::authorization_request::AuthorizationRequest;

/// The consent form of a login.
pub(crate) struct ConsentPage<'a> {
    /// The path that receives the form.
    pub(crate) action: &'a str,
    pub(crate) request: &'a AuthorizationRequest,
    /// The login ID, which the form sends as `state`.
    pub(crate) login_id: &'a str,
    pub(crate) email: &'a str,
}

impl IntoResponse for ConsentPage<'_> {
    fn into_response(self) -> Response {
        let scopes = concat_map(&self.request.scopes, |scope| {
            format!("<li><code>{}</code></li>\n", Escaped(scope))
        });
        let audience = match &self.request.audience {
            Some(audience) => format!(
                "<p>It requests access to the API <code>{}</code>.</p>\n",
                Escaped(audience)
            ),
            None => String::new(),
        };
        let details = concat_map(&self.request.authorization_details, |detail| {
            let name = detail["type"].as_str().unwrap_or_default();
            let members = detail.as_object().into_iter().flatten();
            let members: Vec<_> = members.filter(|(name, _)| *name != "type").collect();
            let members = concat_map(&members, |(name, value)| {
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                format!("<dt>{}</dt><dd>{}</dd>", Escaped(name), Escaped(&value))
            });
            format!("<h2>{}</h2>\n<dl>{members}</dl>\n", Escaped(name))
        });
        let main = format!(
            "<h1>Authorize {application}</h1>\n<p>{application} asks for access to the account {email}.</p>\n\
             {audience}<ul>\n{scopes}</ul>\n{details}<form method=\"post\" action=\"{action}\">\n\
             <input type=\"hidden\" name=\"state\" value=\"{login_id}\">\n\
             <button type=\"submit\" name=\"action\" value=\"accept\">Accept</button>\n\
             <button type=\"submit\" name=\"action\" value=\"decline\" class=\"quiet\">Decline</button>\n</form>",
            application = Escaped(&self.request.application_name),
            email = Escaped(self.email),
            action = Escaped(self.action),
            login_id = Escaped(self.login_id),
        );
        Page {
            form_targets: &self.request.form_targets,
            ..Page::narrow("Authorize", main)
        }
        .into_response()
    }
}
