//! The table in the documentation, written from the diagnoses of the cases. Each case checks its own row.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
};

use axum_auth0::DiagnosisCode;
use tokio::runtime;

use super::{
    cases::{CASES, Case},
    reported::ReportedDiagnosis,
};

const FILE: &str = "docs/diagnoses.md";

const HOW: &str = "Look at the difference, and run `UPDATE_DOCS=1 cargo nextest run -p server --test it diagnoses::table`.";

const HEAD: &str = "\
# Diagnoses

What can be wrong between a site, its provider and its APIs, what the software says then, and what to do. The same sentences are
on the page that cannot be shown, in the log (`misconfiguration`, with `code`, `cause` and `fix`), in the answer of a server
function (while developing), on the page *Tokens* and in `server doctor`. Programs find the code in `axum_auth0::DiagnosisCode`.

Every line was seen: a test makes the condition with the real site, tenant and APIs, records the reported diagnosis, and in most
cases does what the fix says and sees that it helps. The addresses are those of the local services, the values those of the
tests; where a session ends, the log has the line and the user only logs in.

To write this file again: `UPDATE_DOCS=1 cargo nextest run -p server --test it diagnoses::table`.

| code | when | what it says | what to do |
|---|---|---|---|
";

#[test]
fn every_cause_has_a_case() {
    let covered: HashSet<DiagnosisCode> = CASES.iter().map(|case| case.cause).collect();
    for cause in DiagnosisCode::ALL {
        assert!(
            covered.contains(cause),
            "{cause:?} has no case: add one to case.rs"
        );
    }
}

/// Returns whether the file is being written, so that it is not checked.
pub(crate) fn is_being_written() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// Asserts that the file contains the row of a case.
pub(crate) fn has_row(case: &Case, diagnosis: &ReportedDiagnosis) {
    let row = row(case, diagnosis);
    assert!(
        read().lines().any(|line| line == row),
        "{FILE} lacks this line:\n{row}\n{HOW}"
    );
}

/// Checks the order and the first columns. Each case checks its own row.
#[test]
fn the_table_of_the_documentation_has_a_line_for_each_case_and_no_other() {
    if is_being_written() {
        let rows: Vec<String> = in_order(all())
            .iter()
            .map(|(case, diagnosis)| row(case, diagnosis))
            .collect();
        fs::write(file(), format!("{HEAD}{}\n", rows.join("\n"))).unwrap();
        return;
    }
    let file = read();
    let table = file.strip_prefix(HEAD);
    let table = table.unwrap_or_else(|| panic!("{FILE} does not begin as it should. {HOW}"));
    let cases = in_order(CASES.iter().map(|case| (case, ())).collect());
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), cases.len(), "{HOW}");
    for (line, (case, ())) in lines.iter().zip(cases) {
        let begin = beginning(case);
        assert!(
            line.starts_with(&begin),
            "{begin} is not the beginning of {line}. {HOW}"
        );
    }
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(FILE)
}

fn read() -> String {
    fs::read_to_string(file()).unwrap_or_default()
}

fn row(tested: &Case, diagnosis: &ReportedDiagnosis) -> String {
    let [cause, fix] = [&diagnosis.cause, &diagnosis.fix].map(|text| text.replace('|', "\\|"));
    format!("{}{cause} | {fix} |", beginning(tested))
}

fn beginning(case: &Case) -> String {
    format!("| `{}` | {} | ", case.cause.as_str(), case.when)
}

/// Sorts cases by cause, then by their position in the list.
fn in_order<T>(mut cases: Vec<(&'static Case, T)>) -> Vec<(&'static Case, T)> {
    let position = |case: &Case| {
        let cause = DiagnosisCode::ALL
            .iter()
            .position(|cause| *cause == case.cause);
        (
            cause,
            CASES.iter().position(|other| other.name == case.name),
        )
    };
    cases.sort_by_key(|(case, _)| position(case));
    cases
}

/// Returns the diagnoses of all cases.
fn all() -> Vec<(&'static Case, ReportedDiagnosis)> {
    let waiting = Mutex::new(CASES.iter());
    let diagnosis = Mutex::new(Vec::new());
    let work = || {
        loop {
            let next = lock(&waiting).next();
            let Some(case) = next else { return };
            let heard = on_a_thread(case);
            lock(&diagnosis).push((case, heard));
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
    let diagnosis = diagnosis
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    assert_eq!(diagnosis.len(), CASES.len());
    diagnosis
}

/// Runs a case on a thread of that name, by which it finds its lines in the log.
fn on_a_thread(case: &'static Case) -> ReportedDiagnosis {
    let run = || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(case.diagnosis())
    };
    let thread = thread::Builder::new().name(case.name.to_owned());
    let diagnosis = thread.spawn(run).unwrap().join();
    diagnosis.unwrap_or_else(|_| panic!("the case {} failed", case.name))
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
