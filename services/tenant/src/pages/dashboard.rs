//! The dashboard at `/`: what the tenant knows, and its live log.

use std::sync::Arc;

use axum::{
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse as _, Response},
};
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::{
    error::PageRefusal,
    layout::{Page, Text, each},
};
use crate::{
    handle::unguessable,
    journal::{LogEntry, Outcome},
    settings::ApiSettings,
    store::{
        registry::{self, Application},
        users::{self, User},
    },
    tenant::Shared,
};

pub(crate) const PATH: &str = "/";
/// The entries of the log alone, for the dashboard's script.
pub(crate) const LOG_PATH: &str = "/log";

const CLOCK: &[BorrowedFormatItem<'_>] = format_description!("[hour]:[minute]:[second]");

pub(crate) async fn get(State(shared): State<Arc<Shared>>) -> Result<Response, PageRefusal> {
    let mut connection = shared.store.connection().await?;
    let applications = registry::applications(&mut connection).await?;
    let apis = registry::apis(&mut connection).await?;
    let users = users::all(&mut connection).await?;
    drop(connection);
    let main = format!(
        "<h1>Local tenant</h1>\n<p>An OpenID Provider that behaves like an Auth0 tenant. Issuer <code>{issuer}</code>. \
         {settings}</p>\n\
         <section aria-labelledby=\"log-title\"><h2 id=\"log-title\">Live log</h2>\n\
         <p>What was asked for and what it got, newest first. Times are UTC.</p>\n<ol id=\"log\">{log}</ol></section>\n\
         <section aria-labelledby=\"apis\"><h2 id=\"apis\">APIs</h2>\n\
         <p>An application that sends an identifier as <code>audience</code> gets a JWT for that API.</p>\n{apis}</section>\n\
         <section aria-labelledby=\"applications\"><h2 id=\"applications\">Applications</h2>\n{applications}</section>\n\
         <section aria-labelledby=\"users\"><h2 id=\"users\">Users</h2>\n{users}</section>",
        issuer = Text(&shared.issuer),
        settings = settings_in_words(&shared),
        log = entries(&shared.journal.newest_first()),
        apis = each(&apis, api),
        applications = each(&applications, application),
        users = user_list(&users),
    );
    let script = Some((include_str!("dashboard.js"), unguessable()));
    Ok(Page {
        width: "wide",
        script,
        ..Page::narrow("Dashboard", main)
    }
    .into_response())
}

pub(crate) async fn log(State(shared): State<Arc<Shared>>) -> Response {
    let html = entries(&shared.journal.newest_first());
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

fn entries(entries: &[LogEntry]) -> String {
    if entries.is_empty() {
        return "<li>Nothing yet. Log in at the application.</li>".to_owned();
    }
    each(entries, |entry| {
        let at = OffsetDateTime::from_unix_timestamp(entry.at)
            .ok()
            .and_then(|at| at.format(CLOCK).ok())
            .unwrap_or_default();
        let (kind, word) = match entry.outcome {
            Outcome::Granted => ("granted", "granted"),
            Outcome::Surprising => ("surprising", "look here"),
            Outcome::Refused => ("refused", "refused"),
        };
        format!(
            "<li data-kind=\"{kind}\"><span class=\"meta\"><time>{at}</time> <code>{endpoint}</code> <b>{word}</b></span> \
             {text}</li>\n",
            endpoint = Text(entry.endpoint),
            text = Text(&entry.text),
        )
    })
}

fn settings_in_words(shared: &Shared) -> String {
    let rotation = if shared.rotation {
        "rotate"
    } else {
        "do not rotate"
    };
    let resource = if shared.resource_parameter {
        "is taken as audience"
    } else {
        "is ignored, as by default at Auth0"
    };
    format!(
        "Access tokens live {} seconds, refresh tokens {rotation}, and <code>resource</code> {resource}.",
        shared.lifetimes.access_token
    )
}

fn api(api: &ApiSettings) -> String {
    format!(
        "<h3>{name}</h3>\n<dl><dt>Identifier (audience)</dt><dd><code>{identifier}</code></dd>\
         <dt>Scopes</dt><dd>{scopes}</dd><dt>Allow offline access</dt><dd>{offline}</dd></dl>\n",
        name = Text(&api.name),
        identifier = Text(&api.identifier),
        scopes = codes(&api.scopes),
        offline = if api.offline_access { "yes" } else { "no" },
    )
}

fn application(application: &Application) -> String {
    let multi_resource: Vec<String> = application
        .multi_resource
        .iter()
        .map(|policy| policy.audience.clone())
        .collect();
    let backchannel: Vec<String> = application
        .backchannel_logout_url
        .iter()
        .map(ToString::to_string)
        .collect();
    format!(
        "<h3>{name}</h3>\n<dl><dt>Client ID</dt><dd><code>{client_id}</code></dd>\
         <dt>Allowed callback URLs</dt><dd>{callbacks}</dd><dt>Allowed logout URLs</dt><dd>{logouts}</dd>\
         <dt>Back-channel logout URL</dt><dd>{backchannel}</dd><dt>Refresh tokens</dt><dd>{refresh}</dd>\
         <dt>Multi-resource refresh tokens for</dt><dd>{multi_resource}</dd></dl>\n",
        name = Text(&application.name),
        client_id = Text(&application.client_id),
        callbacks = codes(&application.callback_urls),
        logouts = codes(&application.logout_urls),
        backchannel = codes(&backchannel),
        refresh = if application.refresh_tokens {
            "allowed"
        } else {
            "not allowed"
        },
        multi_resource = codes(&multi_resource),
    )
}

fn user_list(users: &[User]) -> String {
    let rows = each(users, |user| {
        format!(
            "<tr><th scope=\"row\">{given} {family}</th><td>{email}</td><td><code>{sub}</code></td></tr>\n",
            given = Text(&user.given_name),
            family = Text(&user.family_name),
            email = Text(&user.email),
            sub = Text(&user.sub),
        )
    });
    format!(
        "<table><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Email</th><th scope=\"col\">sub</th></tr></thead>\
         <tbody>\n{rows}</tbody></table>"
    )
}

fn codes(values: &[String]) -> String {
    if values.is_empty() {
        return "none".to_owned();
    }
    each(values, |value| format!("<code>{}</code> ", Text(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_entries_are_escaped() {
        let html = entries(&[LogEntry {
            at: 0,
            endpoint: "/authorize",
            outcome: Outcome::Refused,
            text: "Unknown client: <script>alert(1)</script>".to_owned(),
        }]);
        assert!(!html.contains("<script>"));
        assert!(html.contains("&lt;script&gt;"));
        assert!(html.contains("00:00:00"));
    }
}
