//! The table at the end of a run.

use std::fmt::Write as _;

use crate::{
    evidence::Disturbance,
    grants::GrantEventKind,
    report::Report,
    schedule::{Action, Target},
    tally::{IncidentKind, Tally},
};

type Row = (&'static str, String);

/// Returns the table, as Markdown.
pub(crate) fn table(report: &Report, tally: &Tally) -> String {
    let partial = report.partial.as_ref();
    let partial = partial.map_or_else(String::new, |reason| format!(", PARTIAL: {reason}"));
    let mut table = format!(
        "| {}, seed {}{partial} | |\n|---|---|\n",
        report.store, report.seed
    );
    let rows = sessions(report, tally)
        .into_iter()
        .chain(disturbances(report))
        .chain(requests(report, tally));
    for (name, value) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| {name} | {value} |");
    }
    table
}

fn sessions(report: &Report, tally: &Tally) -> Vec<Row> {
    let incidents = |kind| {
        let of_kind = report.incidents.iter().filter(|it| it.kind == kind);
        let counted = of_kind.filter(|it| !report.is_documented(it));
        counted.count().to_string()
    };
    let documented = report
        .incidents
        .iter()
        .filter(|it| report.is_documented(it));
    let refreshed = |it: &&crate::grants::GrantEvent| it.kind == GrantEventKind::Refreshed;
    let (explained, unexplained): (Vec<_>, Vec<_>) =
        report.reuses.iter().partition(|it| it.cause.is_some());
    vec![
        ("sessions made", tally.made().to_string()),
        ("sessions lost", incidents(IncidentKind::Lost)),
        (
            "sessions lost in the documented case",
            documented.count().to_string(),
        ),
        (
            "anonymous once, signed in afterwards",
            incidents(IncidentKind::Flickered),
        ),
        ("users crossed", incidents(IncidentKind::Crossed)),
        ("sessions resurrected", incidents(IncidentKind::Resurrected)),
        (
            "sessions unreachable at the end",
            incidents(IncidentKind::Unreachable),
        ),
        (
            "users who could not log in",
            incidents(IncidentKind::LoginImpossible),
        ),
        (
            "sessions that could not be ended",
            incidents(IncidentKind::NotEnded),
        ),
        (
            "refreshes",
            report.grants.iter().filter(refreshed).count().to_string(),
        ),
        ("refresh tokens reused", unexplained.len().to_string()),
        (
            "refresh tokens reused in the documented case",
            explained.len().to_string(),
        ),
        (
            "sessions ended at the site, by a logout token, from another browser, by an operator",
            format!(
                "{}, {}, {}, {}",
                tally.counted("logouts"),
                tally.counted("back-channel logouts"),
                tally.counted("ended from another browser"),
                tally.counted("ended by an operator"),
            ),
        ),
        (
            "answers of single replicas one second after the end of a session",
            tally.counted("answers after the end").to_string(),
        ),
    ]
}

fn disturbances(report: &Report) -> Vec<Row> {
    let count = |of_store: bool, is_counted: fn(&Disturbance) -> bool| {
        let all = report.disturbances.iter();
        all.filter(|it| (it.target == Target::Store) == of_store && is_counted(it))
            .count()
    };
    let is_kill = |it: &Disturbance| matches!(it.action, Action::Kill { .. });
    let is_pause = |it: &Disturbance| matches!(it.action, Action::Pause { .. });
    vec![
        (
            "replicas killed, paused, restarted",
            format!(
                "{}, {}, {}",
                count(false, is_kill),
                count(false, is_pause),
                count(false, |it| it.action == Action::Restart),
            ),
        ),
        (
            "store killed, paused",
            format!("{}, {}", count(true, is_kill), count(true, is_pause)),
        ),
    ]
}

fn requests(report: &Report, tally: &Tally) -> Vec<Row> {
    let (requests, median, slow) = tally.latencies();
    let failures = tally.failures();
    let failed: usize = failures.values().sum();
    let kinds: Vec<String> = failures
        .iter()
        .map(|(kind, count)| format!("{kind}: {count}"))
        .collect();
    let stall = tally.stall();
    vec![
        ("requests", requests.to_string()),
        (
            "answered within (50 %, 99 %)",
            format!("{} ms, {} ms", median.as_millis(), slow.as_millis()),
        ),
        (
            "longest stall",
            format!(
                "{:.1} s: {} at {}",
                stall.length.as_secs_f64(),
                stall.what,
                report.seconds(stall.start)
            ),
        ),
        (
            "requests failed",
            format!("{failed} ({})", kinds.join(", ")),
        ),
        ("duration", format!("{} s", report.length.as_secs())),
    ]
}
