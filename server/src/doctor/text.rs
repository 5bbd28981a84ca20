//! The text output. Its marks and words convey the same information as its colors.

use std::io::{self, Write};

use axum_auth0_doctor::{Check, Report, Status};
use clap::builder::styling::{AnsiColor, Style};

/// Indentation for lines without a mark and a word.
const INDENT: &str = "             ";

/// Prints `report`. `out` strips the colors if they are disabled.
pub(super) fn print(report: &Report, is_local: bool, out: &mut impl Write) -> io::Result<()> {
    if is_local {
        writeln!(
            out,
            "No Auth0 account is configured, so the local services were started and checked."
        )?;
    }
    if let Some(issuer) = &report.issuer {
        writeln!(out, "The provider is {issuer}")?;
    }
    writeln!(out)?;
    for check in &report.checks {
        print_check(check, out)?;
    }
    writeln!(out)?;
    writeln!(out, "{}", in_sum(report))
}

fn print_check(check: &Check, out: &mut impl Write) -> io::Result<()> {
    let (mark, word, style) = shape(check.status);
    let subject = check
        .subject
        .as_ref()
        .map(|subject| format!(" {subject}"))
        .unwrap_or_default();
    writeln!(
        out,
        "  {style}{mark} {word:8}{style:#} {}{subject}: {}",
        check.id, check.summary
    )?;
    if let Some(cause) = &check.cause {
        writeln!(out, "{INDENT}{cause}")?;
    }
    if let Some(fix) = &check.fix {
        writeln!(out, "{INDENT}Fix: {fix}")?;
    }
    if let Some(code) = check.code {
        let faint = Style::new().dimmed();
        writeln!(out, "{INDENT}{faint}Code: {code}{faint:#}")?;
    }
    Ok(())
}

fn shape(status: Status) -> (char, &'static str, Style) {
    let colour = |colour: AnsiColor| colour.on_default().bold();
    match status {
        Status::Ok => ('✓', "ok", colour(AnsiColor::Green)),
        Status::Warning => ('!', "warning", colour(AnsiColor::Yellow)),
        Status::Problem => ('✗', "problem", colour(AnsiColor::Red)),
        Status::Skipped => ('-', "skipped", Style::new().dimmed()),
    }
}

fn in_sum(report: &Report) -> String {
    let count = |status, one: &str, several: &str| match report.count(status) {
        0 => None,
        1 => Some(format!("1 {one}")),
        number => Some(format!("{number} {several}")),
    };
    let counts: Vec<String> = [
        count(Status::Problem, "problem", "problems"),
        count(Status::Warning, "warning", "warnings"),
        count(Status::Ok, "check is right", "checks are right"),
        count(Status::Skipped, "was skipped", "were skipped"),
    ]
    .into_iter()
    .flatten()
    .collect();
    format!("{}.", counts.join(", "))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum_auth0::{Config, Variables};

    use super::*;

    fn printed() -> String {
        let variables: Variables = [("AUTH0_DOMAIN", "tenant.eu.auth0.com/path")]
            .into_iter()
            .collect();
        let faults = Config::from_variables(&variables, &[]).unwrap_err();
        let mut out = Vec::new();
        print(&Report::of_faults(&faults), false, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_line_names_its_status_in_words() {
        let plain = anstream::adapter::strip_str(&printed()).to_string();
        assert!(!plain.contains('\u{1b}'), "{plain}");
        assert!(
            plain.contains("✗ problem  configuration AUTH0_DOMAIN: "),
            "{plain}"
        );
        assert!(
            plain.contains("- skipped  provider: Not checked"),
            "{plain}"
        );
        assert!(plain.contains("Fix: For example: AUTH0_DOMAIN="), "{plain}");
        let last = plain.trim_end().lines().last().unwrap();
        assert!(
            last.contains(" problems, ") && last.ends_with("were skipped."),
            "{last}"
        );
    }

    #[test]
    fn a_terminal_gets_colors() {
        assert!(
            printed().contains("\u{1b}[1m\u{1b}[31m✗ problem"),
            "{:?}",
            printed()
        );
    }
}
