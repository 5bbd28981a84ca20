//! The tenant's log of grants: which refresh token was issued, refreshed, reused or revoked, and when.

use std::{
    io::{BufRead as _, BufReader, Read},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A time, as the duration since 1970-01-01T00:00:00Z.
pub(crate) type Moment = Duration;

/// Returns the current time.
pub(crate) fn now() -> Moment {
    let elapsed = OffsetDateTime::now_utc() - OffsetDateTime::UNIX_EPOCH;
    elapsed.unsigned_abs()
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GrantEvent {
    pub(crate) at: Moment,
    pub(crate) kind: GrantEventKind,
    pub(crate) subject: String,
    /// The provider's session, which identifies the login.
    pub(crate) sid: String,
    /// How long before `at` the request arrived.
    pub(crate) waited: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GrantEventKind {
    /// A code was exchanged.
    Issued,
    /// A refresh token was consumed, and its successor sent.
    Refreshed,
    /// A consumed refresh token was presented again; the grant was revoked.
    Reused,
    Revoked,
    /// The site answered to a logout token, with this status; 0 without an answer. The tenant repeats a token if there was no
    /// answer, and after 429 and 5xx.
    LogoutToken {
        status: u16,
    },
}

/// The log. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct GrantLog(Arc<Mutex<Vec<GrantEvent>>>);

impl GrantLog {
    /// Reads the tenant's standard error in a thread, until it ends. Every line is given to `on_line`.
    pub(crate) fn follow(
        &self,
        output: impl Read + Send + 'static,
        mut on_line: impl FnMut(&str) + Send + 'static,
    ) {
        let this = self.clone();
        thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                let Ok(line) = line else { return };
                this.lock().extend(parse(&line));
                on_line(&line);
            }
        });
    }

    /// Returns the events of a user.
    pub(crate) fn of(&self, subject: &str) -> Vec<GrantEvent> {
        let events = self.lock();
        let of_subject = events.iter().filter(|event| event.subject == subject);
        of_subject.cloned().collect()
    }

    /// Returns all events.
    pub(crate) fn all(&self) -> Vec<GrantEvent> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<GrantEvent>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Parses a line of the tenant: `2026-01-31T12:00:00.123456Z  INFO tenant::grants: event="refreshed" sub=… sid=…`.
fn parse(line: &str) -> Option<GrantEvent> {
    let mut words = line.split_ascii_whitespace();
    let at = OffsetDateTime::parse(words.next()?, &Rfc3339).ok()?;
    let _level = words.next()?;
    if words.next()? != "tenant::grants:" {
        return None;
    }
    let fields: Vec<(&str, &str)> = words
        .filter_map(|word| word.split_once('='))
        .map(|(name, value)| (name, value.trim_matches('"')))
        .collect();
    let field = |name| {
        let found = fields.iter().find(|(field, _)| *field == name);
        found.map(|(_, value)| *value)
    };
    let kind = match field("event")? {
        "issued" => GrantEventKind::Issued,
        "refreshed" => GrantEventKind::Refreshed,
        "reused" => GrantEventKind::Reused,
        "revoked" => GrantEventKind::Revoked,
        "logout_token" => GrantEventKind::LogoutToken {
            status: field("status")?.parse().ok()?,
        },
        _ => return None,
    };
    Some(GrantEvent {
        at: (at - OffsetDateTime::UNIX_EPOCH).unsigned_abs(),
        kind,
        subject: field("sub")?.to_owned(),
        sid: field("sid")?.to_owned(),
        waited: Duration::from_millis(
            field("waited_ms")
                .and_then(|it| it.parse().ok())
                .unwrap_or(0),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_tenant_are_parsed() {
        let line = r#"2026-01-31T12:00:00.250000Z  INFO tenant::grants: event="refreshed" sub=auth0|user-7 sid=abc waited_ms=40"#;
        let expected = GrantEvent {
            at: Duration::from_millis(1_769_860_800_250),
            kind: GrantEventKind::Refreshed,
            subject: "auth0|user-7".to_owned(),
            sid: "abc".to_owned(),
            waited: Duration::from_millis(40),
        };
        assert_eq!(parse(line), Some(expected));
        let line = r#"2026-01-31T12:00:00Z INFO tenant::grants: event="logout_token" sub=a sid=b status=204"#;
        let kind = parse(line).map(|event| event.kind);
        assert_eq!(kind, Some(GrantEventKind::LogoutToken { status: 204 }));
    }

    #[test]
    fn other_lines_are_no_events() {
        for line in [
            "",
            "# Local tenant",
            r#"2026-01-31T12:00:00Z WARN tenant::store: event="refreshed" sub=a sid=b"#,
            r#"2026-01-31T12:00:00Z INFO tenant::grants: event="other" sub=a sid=b"#,
        ] {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}
