//! The dashboard: the activity log and the configuration of the tenant.

use axum::response::{IntoResponse, Response};

use super::{
    activity_log::log_entries,
    backchannel::waiting_logins,
    dashboard_sections as sections,
    layout::{Escaped, Page, concat_map},
    organization::organization_table,
    security::{self, Security},
    sessions::{ShownSessions, session_table},
    users::{self, UserRow},
};
use crate::{
    activity_log::LogEntry,
    settings::{ApiSettings, EXCHANGE_PROFILE, OrganizationSettings},
    state::Config,
    store::{applications::Application, backchannel_requests::BackchannelRequest},
};

/// The dashboard.
pub(crate) struct DashboardPage<'a> {
    pub(crate) config: &'a Config,
    pub(crate) log: &'a [LogEntry],
    pub(crate) sessions: &'a ShownSessions,
    /// The logins that wait for the approval of their user.
    pub(crate) waiting_logins: &'a [BackchannelRequest],
    pub(crate) apis: &'a [ApiSettings],
    pub(crate) applications: &'a [Application],
    pub(crate) users: &'a [UserRow],
    pub(crate) requires_second_factor: bool,
    pub(crate) security: Security<'a>,
    /// The organizations, each with all members.
    pub(crate) organizations: &'a [(OrganizationSettings, Vec<String>)],
    /// The nonce of the page's script.
    pub(crate) nonce: String,
}

impl IntoResponse for DashboardPage<'_> {
    fn into_response(self) -> Response {
        let main = format!(
            "<h1>Local tenant</h1>\n<p>An OpenID Provider that behaves like an Auth0 tenant. Issuer <code>{issuer}</code>. \
             {settings}</p>\n\
             <section aria-labelledby=\"sessions\"><h2 id=\"sessions\">Sessions</h2>\n\
             <p>When a session ends, its applications receive a logout token at their back-channel logout URL. The activity \
             log has their responses.</p>\n\
             {sessions}</section>\n\
             <section aria-labelledby=\"approvals\"><h2 id=\"approvals\">Approvals</h2>\n\
             <p>Logins that an application asked a user to approve on another device (CIBA). At Auth0, the user has an app for \
             it.</p>\n{approvals}</section>\n\
             <section aria-labelledby=\"log-title\"><h2 id=\"log-title\">Activity log</h2>\n\
             <p>What each request asked for and what it received, newest first. Times are UTC.</p>\n\
             <ol id=\"log\">{log}</ol></section>\n\
             <section aria-labelledby=\"apis\"><h2 id=\"apis\">APIs</h2>\n\
             <p>An application that sends an identifier as <code>audience</code> receives a JWT for that API.</p>\n\
             {apis}</section>\n\
             <section aria-labelledby=\"applications\"><h2 id=\"applications\">Applications</h2>\n\
             {applications}\
             <p>The subject token of a token exchange is an access token of the application, or, with the type \
             <code>{exchange_profile}</code>, the email address of a user. At Auth0, an Action verifies tokens of such a type.</p>\
             </section>\n\
             <section aria-labelledby=\"security\"><h2 id=\"security\">Security of requests and tokens</h2>\n{security}</section>\n\
             <section aria-labelledby=\"users\"><h2 id=\"users\">Users</h2>\n{users}</section>\n\
             <section aria-labelledby=\"organizations\"><h2 id=\"organizations\">Organizations</h2>\n\
             <p>A login with <code>organization</code>, the <code>org_id</code> or the name, is for members only. Its tokens \
             contain <code>org_id</code> and <code>org_name</code>.</p>\n{organizations}</section>",
            issuer = Escaped(&self.config.issuer),
            settings = sections::describe_config(self.config),
            sessions = session_table(self.sessions),
            approvals = waiting_logins(self.waiting_logins),
            log = log_entries(self.log),
            apis = concat_map(self.apis, sections::api),
            applications = concat_map(self.applications, sections::application),
            exchange_profile = EXCHANGE_PROFILE,
            security = security::section(&self.security),
            users = users::section(self.config, self.users, self.requires_second_factor),
            organizations = organization_table(self.organizations),
        );
        Page {
            width: "wide",
            script: Some((include_str!("../../assets/dashboard.js"), self.nonce)),
            ..Page::narrow("Dashboard", main)
        }
        .into_response()
    }
}
