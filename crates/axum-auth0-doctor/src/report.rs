//! The report of an examination.

use secrecy::ExposeSecret;
use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use super::problem::Problem;
use axum_auth0::config::{Config, ConfigError};

/// The status of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The check passed.
    Ok,
    /// The site works, but not optimally, or not everything could be checked.
    Warning,
    /// Logins or tokens do not work with this configuration.
    Problem,
    /// The check could not run, or is not needed; the summary gives the reason. It proves nothing.
    Skipped,
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// Stable name of the check, from a closed list.
    pub id: &'static str,
    /// Which of several checks with this ID: the prefix of an API's variables, or the name of a variable.
    pub subject: Option<String>,
    /// Status of the check.
    pub status: Status,
    /// The outcome as a sentence.
    pub summary: String,
    /// What is wrong, if anything.
    pub cause: Option<String>,
    /// What to set and where, if anything is wrong.
    pub fix: Option<String>,
    /// Stable code of the problem: that of a [`Diagnosis`](axum_auth0::Diagnosis), or one that only the doctor uses.
    pub code: Option<&'static str>,
}

impl Check {
    pub(super) fn ok(id: &'static str, summary: impl Into<String>) -> Self {
        Self::new(id, Status::Ok, summary.into(), None)
    }

    pub(super) fn skipped(id: &'static str, why: impl Into<String>) -> Self {
        Self::new(id, Status::Skipped, why.into(), None)
    }

    pub(super) fn warning(
        id: &'static str,
        summary: impl Into<String>,
        problem: impl Into<Problem>,
    ) -> Self {
        Self::new(id, Status::Warning, summary.into(), Some(problem.into()))
    }

    pub(super) fn problem(
        id: &'static str,
        summary: impl Into<String>,
        problem: impl Into<Problem>,
    ) -> Self {
        Self::new(id, Status::Problem, summary.into(), Some(problem.into()))
    }

    /// Sets the subject.
    pub(super) fn about(mut self, subject: &str) -> Self {
        self.subject = Some(subject.to_owned());
        self
    }

    fn new(id: &'static str, status: Status, summary: String, problem: Option<Problem>) -> Self {
        let (code, (cause, fix)) = problem
            .map(|Problem { code, cause, fix }| (code, (cause, fix)))
            .map_or((None, (None, None)), |(code, (cause, fix))| {
                (Some(code), (Some(cause), Some(fix)))
            });
        Self {
            id,
            subject: None,
            status,
            summary,
            cause,
            fix,
            code,
        }
    }
}

/// The results of all checks. As JSON: `{"ok": …, "issuer": …, "checks": [{"id": …, "status": …, …}]}`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The issuer, if the configuration names one.
    pub issuer: Option<String>,
    /// In the order in which to fix them.
    pub checks: Vec<Check>,
}

impl Report {
    pub(super) fn new(issuer: Option<&str>, checks: Vec<Check>) -> Self {
        Self {
            issuer: issuer.map(str::to_owned),
            checks,
        }
    }

    /// Returns the report on an invalid configuration, with one check per fault.
    pub fn of_faults(error: &ConfigError) -> Self {
        let faults = error.problems().iter().map(|fault| {
            let fix = if fault.example.is_empty() {
                format!("Take {} out, and run this again.", fault.variable)
            } else {
                format!("For example: {}", fault.example)
            };
            let cause = format!("{} {}.", fault.variable, fault.problem);
            Check::problem(
                "configuration",
                format!("{} cannot be used as it is.", fault.variable),
                Problem::new("configuration_fault", cause, fix),
            )
            .about(&fault.variable)
        });
        let rest = REST.iter().map(|id| {
            Check::skipped(
                id,
                "Not checked: first every variable has to be one that can be used.",
            )
        });
        Self::new(None, faults.chain(rest).collect())
    }

    /// Returns the report for environment variables that cannot be read, for example because of a malformed `.env`
    /// file.
    ///
    /// `cause` is a sentence that contains no secret. `fix` says what to do.
    pub fn of_unreadable(cause: &str, fix: &str) -> Self {
        let problem = Check::problem(
            "configuration",
            "The configuration cannot be read.",
            Problem::new("configuration_unreadable", cause, fix),
        );
        let rest = REST
            .iter()
            .map(|id| Check::skipped(id, "Not checked: the configuration cannot be read."));
        Self::new(None, std::iter::once(problem).chain(rest).collect())
    }

    /// Returns whether there is no problem. Warnings are allowed.
    pub fn is_ok(&self) -> bool {
        self.count(Status::Problem) == 0
    }

    /// Returns the number of checks with `status`.
    pub fn count(&self, status: Status) -> usize {
        self.checks
            .iter()
            .filter(|check| check.status == status)
            .count()
    }

    /// Redacts secrets in all texts, as a second line of defence.
    pub(super) fn redact(&mut self, config: &Config) {
        let secrets: Vec<&str> = config
            .secrets()
            .iter()
            .chain(config.client_secret())
            .map(ExposeSecret::expose_secret)
            .filter(|secret| secret.len() >= MIN_HIDDEN)
            .collect();
        for check in &mut self.checks {
            let texts = [
                Some(&mut check.summary),
                check.cause.as_mut(),
                check.fix.as_mut(),
            ];
            for text in texts.into_iter().flatten() {
                for secret in &secrets {
                    if text.contains(secret) {
                        *text = text.replace(secret, "[redacted]");
                    }
                }
            }
        }
    }
}

/// Minimum length of a redacted secret, in bytes. A shorter one may be part of an ordinary word, and its redaction
/// would reveal it.
const MIN_HIDDEN: usize = 12;

/// The IDs of the checks that require a valid configuration.
const REST: [&str; 14] = [
    "secret",
    "base_url",
    "cookies",
    "provider",
    "keys",
    "clock",
    "client",
    "refresh",
    "callback",
    "login",
    "logout",
    "audience",
    "audience_parameter",
    "session_store",
];

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_struct("Report", 3)?;
        document.serialize_field("ok", &self.is_ok())?;
        document.serialize_field("issuer", &self.issuer)?;
        document.serialize_field("checks", &self.checks)?;
        document.end()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use axum_auth0::config::Variables;

    fn hidden(client_secret: &str, summary: &str) -> String {
        let variables: Variables = [
            ("AUTH0_DOMAIN", "tenant.eu.auth0.com"),
            ("AUTH0_CLIENT_ID", "id"),
            ("AUTH0_CLIENT_SECRET", client_secret),
            ("AUTH0_SECRET", "2f1d0c9b8a7e6f5d4c3b2a190817f6e5"),
            ("APP_BASE_URL", "https://www.example.com"),
        ]
        .into_iter()
        .collect();
        let config = Config::from_variables(&variables, &[]).unwrap();
        let mut report = Report::new(None, vec![Check::ok("client", summary)]);
        report.redact(&config);
        report.checks.remove(0).summary
    }

    #[test]
    fn a_secret_in_a_text_is_hidden_and_a_short_one_does_not_spoil_words() {
        assert_eq!(
            hidden("planted-secret", "it said planted-secret"),
            "it said [redacted]"
        );
        assert_eq!(hidden("y", "every variable"), "every variable");
    }

    #[test]
    fn a_report_without_problems_is_right_whatever_it_warns_of() {
        let problem = Problem::new("code", "cause", "fix");
        let warning = Check::warning("clock", "summary", problem.clone());
        let skipped = Check::skipped("keys", "why");
        let mut report = Report::new(None, vec![warning, skipped]);
        assert!(report.is_ok());
        report
            .checks
            .push(Check::problem("client", "summary", problem));
        assert!(!report.is_ok());
    }
}
