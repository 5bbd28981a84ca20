//! The page on which a user selects an organization, and the section of the dashboard.

use axum::response::{IntoResponse, Response};

use super::layout::{Escaped, Page, concat_map};
use crate::{settings::OrganizationSettings, store::authorization_request::AuthorizationRequest};

/// The path of the dashboard's form that creates an invitation.
pub(crate) const INVITATION_PATH: &str = "/dashboard/invitations";

/// The organizations of a user during a login.
pub(crate) struct OrganizationPage<'a> {
    /// The path that receives the form.
    pub(crate) action: &'a str,
    pub(crate) request: &'a AuthorizationRequest,
    /// The login ID, which the form sends as `state`.
    pub(crate) login_id: &'a str,
    pub(crate) organizations: &'a [&'a OrganizationSettings],
}

impl IntoResponse for OrganizationPage<'_> {
    fn into_response(self) -> Response {
        let buttons = concat_map(self.organizations, |organization| {
            format!(
                "<button type=\"submit\" name=\"organization\" value=\"{id}\">{name}</button>\n",
                id = Escaped(&organization.id),
                name = Escaped(&organization.display_name),
            )
        });
        let form = if buttons.is_empty() {
            "<p class=\"error\" role=\"alert\">You are not a member of an organization.</p>"
                .to_owned()
        } else {
            format!(
                "<form method=\"post\" action=\"{action}\" class=\"users\">\n\
                 <input type=\"hidden\" name=\"state\" value=\"{login_id}\">\n{buttons}</form>",
                action = Escaped(self.action),
                login_id = Escaped(self.login_id),
            )
        };
        let main = format!(
            "<h1>Select your organization</h1>\n<p>to continue to {application}</p>\n{form}",
            application = Escaped(&self.request.application_name),
        );
        Page {
            form_targets: &self.request.form_targets,
            ..Page::narrow("Select your organization", main)
        }
        .into_response()
    }
}

/// Returns the dashboard's table of organizations, each with its members.
pub(super) fn organization_table(organizations: &[(OrganizationSettings, Vec<String>)]) -> String {
    if organizations.is_empty() {
        return "<p>The tenant has no organizations.</p>".to_owned();
    }
    let rows = concat_map(organizations, |(organization, members)| {
        let members = concat_map(members, |sub| format!("<code>{}</code> ", Escaped(sub)));
        format!(
            "<tr><th scope=\"row\">{display}</th><td><code>{name}</code></td><td><code>{id}</code></td>\
             <td>{members}</td><td><form method=\"post\" action=\"{INVITATION_PATH}\">\
             <input type=\"hidden\" name=\"organization\" value=\"{id}\">\
             <button class=\"quiet\">Invite<span class=\"hidden\"> to {display}</span></button></form></td></tr>\n",
            display = Escaped(&organization.display_name),
            name = Escaped(&organization.name),
            id = Escaped(&organization.id),
        )
    });
    format!(
        "<table class=\"stacked\"><thead><tr><th scope=\"col\">Organization</th><th scope=\"col\">Name</th>\
         <th scope=\"col\">org_id</th><th scope=\"col\">Members</th>\
         <th scope=\"col\"><span class=\"hidden\">Action</span></th></tr></thead><tbody>\n{rows}</tbody></table>"
    )
}

/// The link of an invitation, which Auth0 sends by e-mail.
pub(crate) struct InvitationPage<'a> {
    pub(crate) display_name: &'a str,
    pub(crate) link: &'a str,
}

impl IntoResponse for InvitationPage<'_> {
    fn into_response(self) -> Response {
        let main = format!(
            "<h1>Invitation to {name}</h1>\n<p>Who logs in with this link becomes a member. It works once.</p>\n\
             <p><a href=\"{link}\">{link}</a></p>\n<p><a href=\"/\">Back to the dashboard</a></p>",
            name = Escaped(self.display_name),
            link = Escaped(self.link),
        );
        Page::narrow("Invitation", main).into_response()
    }
}
