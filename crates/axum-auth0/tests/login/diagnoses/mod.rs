//! Diagnoses of misconfigurations: the cause, and which setting to change.

mod audiences;
mod changes;
mod grants;

use http::StatusCode;
use serde_json::Value;
use test_support::{Browser, log_capture};

use crate::app::TestEnv;

const HOUR: i64 = 3_600;

/// Asserts that a token request of the application fails with this diagnosis, that the log has it too, and that the session stays.
async fn assert_diagnosis(
    env: &TestEnv,
    browser: &mut Browser,
    path: &str,
    code: &str,
    says: &[&str],
) {
    let errors = || {
        let code = format!("code=\"{code}\"");
        let log = log_capture::captured();
        let lines = log.lines().map(str::to_owned);
        let errors = lines.filter(|line| line.contains(" ERROR ") && line.contains(&code));
        errors.collect::<Vec<_>>()
    };
    let before = errors().len();
    let response = browser.get(path).await;
    assert_eq!(
        response.status,
        StatusCode::INTERNAL_SERVER_ERROR,
        "{}",
        response.body
    );
    let diagnosis = response.json();
    assert_eq!(diagnosis["code"], code, "{diagnosis}");
    let text = format!("{} {}", text(&diagnosis["cause"]), text(&diagnosis["fix"]));
    for part in says {
        assert!(text.contains(part), "{part:?} is not in: {text}");
    }
    assert!(
        text.split(". ").count() <= 6,
        "not in a few sentences: {text}"
    );
    let log = log_capture::captured();
    let errors = errors();
    assert!(!errors.is_empty(), "{code} is not in the log");
    assert!(
        errors.len() <= before + 1,
        "one failure is logged twice: {errors:?}"
    );
    assert!(
        log.contains(text_of(&diagnosis, "fix")),
        "the fix is not in the log"
    );
    assert_ne!(browser.whoami().await, "anonymous", "nothing else breaks");
    assert_eq!(env.store.logins().await.len(), 1);
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn text_of<'a>(diagnosis: &'a Value, name: &str) -> &'a str {
    text(&diagnosis[name])
}
