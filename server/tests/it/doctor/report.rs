//! The parsed output of `server doctor`, as text and as JSON.

use std::{collections::BTreeSet, process::Output};

use serde_json::Value;

/// A parsed report.
#[derive(Debug)]
pub(crate) struct Report {
    /// The exit status.
    pub(crate) status: i32,
    /// The text output.
    pub(crate) text: String,
    /// The JSON output.
    pub(crate) document: Value,
}

/// One check of a report.
#[derive(Debug)]
pub(crate) struct CheckResult<'a>(&'a Value);

impl Report {
    /// Parses both outputs and asserts that they agree.
    pub(crate) fn read(text: &Output, json: &Output) -> Self {
        for output in [text, json] {
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert_eq!(stderr, "", "nothing is logged unless RUST_LOG asks for it");
        }
        let findings = Self {
            status: json.status.code().unwrap(),
            text: String::from_utf8(text.stdout.clone()).unwrap(),
            document: serde_json::from_slice(&json.stdout).unwrap(),
        };
        assert_eq!(text.status.code(), Some(findings.status));
        assert_eq!(findings.document["ok"], findings.status == 0);
        // No colors, because a pipe is no terminal.
        assert!(!findings.text.contains('\u{1b}'), "{}", findings.text);
        for check in findings.checks() {
            let (mark, word) = match check["status"].as_str().unwrap() {
                "ok" => ('✓', "ok"),
                "warning" => ('!', "warning"),
                "problem" => ('✗', "problem"),
                "skipped" => ('-', "skipped"),
                other => panic!("{other} is no status"),
            };
            let subject = check["subject"].as_str();
            let line = format!(
                "  {mark} {word:8} {}{}: {}\n",
                check["id"].as_str().unwrap(),
                subject
                    .map(|subject| format!(" {subject}"))
                    .unwrap_or_default(),
                check["summary"].as_str().unwrap()
            );
            assert!(findings.text.contains(&line), "{line} in {}", findings.text);
            for (name, before) in [("cause", ""), ("fix", "Fix: "), ("code", "Code: ")] {
                let is_wrong = matches!(word, "warning" | "problem");
                assert_eq!(check[name].is_string(), is_wrong, "{name} of {check}");
                if let Some(message) = check[name].as_str() {
                    let line = format!("  {before}{message}\n");
                    assert!(findings.text.contains(&line), "{line} in {}", findings.text);
                }
            }
        }
        findings
    }

    fn checks(&self) -> &[Value] {
        self.document["checks"].as_array().unwrap()
    }

    /// Returns the only check with this name and status.
    pub(crate) fn the(&self, status: &str, id: &str) -> CheckResult<'_> {
        let found: Vec<&Value> = self
            .checks()
            .iter()
            .filter(|check| check["id"] == id && check["status"] == status)
            .collect();
        match found.as_slice() {
            [one] => CheckResult(one),
            _ => panic!("not one {status} {id} in {}", self.text),
        }
    }

    /// Returns the names of the checks with this status.
    pub(crate) fn all(&self, status: &str) -> BTreeSet<&str> {
        self.checks()
            .iter()
            .filter(|check| check["status"] == status)
            .map(|check| check["id"].as_str().unwrap())
            .collect()
    }

    /// Asserts that these are the only problems, and that the exit status reflects them.
    pub(crate) fn assert_problems(&self, problems: &[&str]) -> &Self {
        assert_eq!(
            self.all("problem"),
            problems.iter().copied().collect(),
            "{}",
            self.text
        );
        assert_eq!(self.status, i32::from(!problems.is_empty()));
        self
    }

    /// Asserts that these are the only warnings.
    pub(crate) fn assert_warnings(&self, warnings: &[&str]) -> &Self {
        assert_eq!(
            self.all("warning"),
            warnings.iter().copied().collect(),
            "{}",
            self.text
        );
        self
    }
}

impl CheckResult<'_> {
    /// Asserts that it has this code, and that cause and fix contain these words.
    pub(crate) fn assert_says(&self, code: &str, cause: &str, fix: &str) -> &Self {
        assert_eq!(self.0["code"], code, "{}", self.0);
        self.contains("cause", cause).contains("fix", fix)
    }

    /// Asserts that a member contains these words.
    pub(crate) fn contains(&self, member: &str, words: &str) -> &Self {
        let text = self.0[member].as_str().unwrap();
        assert!(
            text.contains(words),
            "{words:?} is not in the {member}: {text}"
        );
        self
    }
}
