//! The dashboard at `/`: what the tenant knows, and its live log.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse as _, Response},
};
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::{
    error::PageRefusal,
    layout::{Page, Text, each},
    sections,
};
use crate::{
    handle::unguessable,
    journal::{LogEntry, Outcome},
    store::{registry, users},
    tenant::Shared,
};

pub(crate) const PATH: &str = "/";
/// The entries of the log alone, for the dashboard's script.
pub(crate) const LOG_PATH: &str = "/log";
/// The counts of refreshes, for tests that run the tenant as a program.
pub(crate) const REFRESHES_PATH: &str = "/dashboard/refreshes.json";

const CLOCK: &[BorrowedFormatItem<'_>] = format_description!("[hour]:[minute]:[second]");

pub(crate) async fn get(State(shared): State<Arc<Shared>>) -> Result<Response, PageRefusal> {
    let mut connection = shared.store.connection().await?;
    let applications = registry::applications(&mut connection).await?;
    let apis = registry::apis(&mut connection).await?;
    let mut users = Vec::new();
    for user in users::all(&mut connection).await? {
        let permissions = users::permissions(&mut connection, &user.sub).await?;
        users.push((user, permissions));
    }
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
        settings = sections::settings_in_words(&shared),
        log = entries(&shared.journal.newest_first()),
        apis = each(&apis, sections::api),
        applications = each(&applications, sections::application),
        users = sections::user_list(&users),
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

/// `GET /dashboard/refreshes.json`: [`RefreshCounts`](crate::RefreshCounts).
pub(crate) async fn refreshes(State(shared): State<Arc<Shared>>) -> Response {
    Json(shared.refreshes.counts()).into_response()
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
