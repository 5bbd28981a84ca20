//! The section of the dashboard with the sessions, and the forms that end them.

use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::layout::{Escaped, concat_map};
use crate::store::{sessions::Session, users::User};

/// The path of the forms. The field `sid` is the session to end; `sub` is the user whose sessions end.
pub(crate) const END_PATH: &str = "/dashboard/sessions/end";
/// The dashboard shows this many sessions, the newest first, unless all are asked for.
pub(crate) const MAX_SESSIONS: u32 = 10;
/// The dashboard with all sessions.
const ALL_PATH: &str = "/?sessions=all#sessions";

const TIME_FORMAT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");

/// A session, its user, and the names of the applications to which it logged its user in.
pub(crate) struct SessionRow {
    pub(crate) session: Session,
    pub(crate) user: User,
    pub(crate) applications: Vec<String>,
}

/// The sessions that the dashboard shows, and the number of all.
pub(crate) struct ShownSessions {
    pub(crate) newest: Vec<SessionRow>,
    pub(crate) count: i64,
}

/// Returns the table of sessions, and a link to the rest.
pub(super) fn session_table(shown: &ShownSessions) -> String {
    let sessions = &shown.newest;
    if sessions.is_empty() {
        return "<p>No user has a session.</p>".to_owned();
    }
    let rows = concat_map(sessions, |row| {
        let name = full_name(&row.user);
        let since = OffsetDateTime::from_unix_timestamp(row.session.auth_time)
            .ok()
            .and_then(|at| at.format(TIME_FORMAT).ok())
            .unwrap_or_default();
        let applications = match row.applications.join(", ") {
            none if none.is_empty() => "none".to_owned(),
            names => names,
        };
        format!(
            "<tr><th scope=\"row\">{name}</th><td><time>{since}</time></td><td>{applications}</td><td>{form}</td></tr>\n",
            name = Escaped(&name),
            applications = Escaped(&applications),
            form = end_form(
                "sid",
                &row.session.sid,
                "End session",
                &format!("of {name} since {since}")
            ),
        )
    });
    format!(
        "<table class=\"stacked\"><thead><tr><th scope=\"col\">User</th><th scope=\"col\">Since (UTC)</th>\
         <th scope=\"col\">Applications</th><th scope=\"col\"><span class=\"hidden\">Action</span></th></tr></thead>\
         <tbody>\n{rows}</tbody></table>{rest}",
        rest = rest(shown),
    )
}

fn rest(shown: &ShownSessions) -> String {
    let is_shown = i64::try_from(shown.newest.len()).unwrap_or(i64::MAX);
    match shown.count - is_shown {
        ..=0 => String::new(),
        more => format!(
            "\n<p>The newest {is_shown} of {count} sessions. <a href=\"{ALL_PATH}\">Show {more} more</a></p>",
            count = shown.count
        ),
    }
}

/// Returns the form that signs a user out of all applications.
pub(super) fn sign_out_everywhere(user: &User) -> String {
    end_form("sub", &user.sub, "Sign out everywhere", &full_name(user))
}

/// Returns a form with one button. Screen readers also read `context`.
fn end_form(field: &str, value: &str, label: &str, context: &str) -> String {
    format!(
        "<form method=\"post\" action=\"{END_PATH}\"><input type=\"hidden\" name=\"{field}\" value=\"{value}\">\
         <button class=\"quiet\">{label}<span class=\"hidden\"> {context}</span></button></form>",
        value = Escaped(value),
        context = Escaped(context),
    )
}

pub(super) fn full_name(user: &User) -> String {
    format!("{} {}", user.given_name, user.family_name)
}
