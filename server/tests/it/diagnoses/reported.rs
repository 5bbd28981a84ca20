//! The diagnosis that page, server function and log report. All three must agree.

use std::fmt;

use axum_auth0::{Diagnosis, DiagnosisCode};
use axum_auth0_doctor::Check;
use serde_json::{Value, json};

use crate::{
    browser::{Browser, Response},
    test_env::TestEnv,
};

/// A diagnosis as it is reported: by its code and its sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportedDiagnosis {
    pub(crate) code: DiagnosisCode,
    pub(crate) cause: String,
    pub(crate) fix: String,
}

impl From<&Diagnosis> for ReportedDiagnosis {
    fn from(diagnosis: &Diagnosis) -> Self {
        Self {
            code: diagnosis.code(),
            cause: diagnosis.cause(),
            fix: diagnosis.fix(),
        }
    }
}

impl fmt::Display for ReportedDiagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.code.as_str(), self.cause, self.fix)
    }
}

/// Returns the diagnosis on the products page and of its server function.
pub(crate) async fn on_products_page(env: &TestEnv, browser: &Browser) -> ReportedDiagnosis {
    by_call(env, browser, "/api/products").await
}

/// Returns the diagnosis of a server function and of the products page, which calls it too.
pub(crate) async fn by_call(env: &TestEnv, browser: &Browser, path: &str) -> ReportedDiagnosis {
    let page = browser.open("/products").await;
    let diagnosis = in_response(&browser.get_json(path).await);
    assert_on_page(&page, &diagnosis);
    assert_logged(env, " ERROR ", &diagnosis);
    as_local(env, diagnosis)
}

/// Returns the diagnosis on the page on which a login fails.
pub(crate) fn at_login(env: &TestEnv, page: &Response) -> ReportedDiagnosis {
    at_login_with_status(env, page, 500)
}

/// Like [`at_login`], for a page with this status.
pub(crate) fn at_login_with_status(
    env: &TestEnv,
    page: &Response,
    status: u16,
) -> ReportedDiagnosis {
    on_login_page(env, page, ("/auth/callback", status))
}

/// Like [`at_login`], for a login that fails before it reaches the provider.
pub(crate) fn at_login_start(env: &TestEnv, page: &Response) -> ReportedDiagnosis {
    on_login_page(env, page, ("/auth/login", 500))
}

fn on_login_page(env: &TestEnv, page: &Response, expected: (&str, u16)) -> ReportedDiagnosis {
    assert_eq!(
        (page.url.path(), page.status.as_u16()),
        expected,
        "{}",
        page.body
    );
    let diagnosis = in_log(env, " ERROR ");
    assert_on_page(page, &diagnosis);
    as_local(env, diagnosis)
}

/// Returns the diagnosis in the log of a terminated session. The user only has to log in.
pub(crate) async fn at_session_end(env: &TestEnv, browser: &Browser) -> ReportedDiagnosis {
    let refused = browser.get_json("/api/products").await.assert_status(401);
    assert_eq!(refused.error_code(), "sign_in_required");
    let diagnosis = in_log(env, " WARN ");
    assert_eq!(
        env.log
            .lines_with(&["session terminated", diagnosis.code.as_str()])
            .len(),
        1
    );
    as_local(env, diagnosis)
}

/// Returns the diagnosis in the log of an access token that expired without a refresh token. The user only has to log in.
pub(crate) async fn without_refresh_token(env: &TestEnv, browser: &Browser) -> ReportedDiagnosis {
    let refused = browser.get_json("/api/products").await.assert_status(401);
    assert_eq!(refused.error_code(), "sign_in_required");
    let diagnosis = in_log(env, " WARN ");
    assert!(
        !env.log
            .lines_with(&["a new login is required", diagnosis.code.as_str()])
            .is_empty()
    );
    as_local(env, diagnosis)
}

/// Returns the diagnosis of a check of `server doctor`.
pub(crate) fn from_doctor(env: &TestEnv, check: &Check) -> ReportedDiagnosis {
    as_local(
        env,
        of(&json!({ "code": check.code, "cause": check.cause, "fix": check.fix })),
    )
}

/// Returns the diagnosis in the response of a server function.
pub(crate) fn in_response(response: &Response) -> ReportedDiagnosis {
    assert_eq!(response.status.as_u16(), 500, "{}", response.body);
    let response = response.json();
    assert_eq!(response["code"], "misconfigured", "{response}");
    of(&response["details"])
}

/// Returns the last diagnosis in the log.
pub(crate) fn in_log(env: &TestEnv, level: &str) -> ReportedDiagnosis {
    let line = env
        .log
        .lines_with(&[level, " code=\"", " cause=", " fix="])
        .pop()
        .unwrap();
    let (_, rest) = line.split_once(" code=\"").unwrap();
    let (code, rest) = rest.split_once("\" cause=").unwrap();
    let (cause, fix) = rest.split_once(" fix=").unwrap();
    of(&json!({ "code": code, "cause": cause, "fix": fix }))
}

/// Asserts that the log contains the whole diagnosis.
#[track_caller]
pub(crate) fn assert_logged(env: &TestEnv, level: &str, diagnosis: &ReportedDiagnosis) {
    let words = [
        level,
        diagnosis.code.as_str(),
        &diagnosis.cause,
        &diagnosis.fix,
    ];
    assert!(
        !env.log.lines_with(&words).is_empty(),
        "not in the log: {diagnosis}"
    );
}

/// Asserts that a page shows the whole diagnosis.
#[track_caller]
pub(crate) fn assert_on_page(page: &Response, diagnosis: &ReportedDiagnosis) {
    let text = page.html().text();
    for sentence in [&diagnosis.cause, &diagnosis.fix] {
        assert!(
            text.contains(sentence.as_str()),
            "{sentence}\nis not in: {text}"
        );
    }
}

/// Asserts that cause and fix contain these words.
#[track_caller]
pub(crate) fn assert_says(diagnosis: &ReportedDiagnosis, cause: &[&str], fix: &[&str]) {
    for (sentence, words) in [(&diagnosis.cause, cause), (&diagnosis.fix, fix)] {
        for words in words {
            assert!(sentence.contains(words), "{words:?} is not in: {sentence}");
        }
    }
}

/// Replaces the ports by those of the local services in development.
pub(crate) fn as_local(env: &TestEnv, diagnosis: ReportedDiagnosis) -> ReportedDiagnosis {
    let config = env.auth0.config();
    let of_api = |name: &str| config.api(name).and_then(|api| api.base_url().port());
    let ports = [
        (env.base_url.port(), 3_000),
        (config.issuer().url().port(), 4_000),
        (of_api("PRODUCTS"), 4_001),
        (of_api("ORDERS"), 4_002),
    ];
    let local = |mut text: String| {
        for (port, local) in ports {
            if let Some(port) = port {
                for host in ["127.0.0.1", "localhost"] {
                    text = text.replace(&format!("{host}:{port}"), &format!("{host}:{local}"));
                }
            }
        }
        text
    };
    let mut diagnosis = diagnosis;
    diagnosis.cause = local(diagnosis.cause);
    diagnosis.fix = local(diagnosis.fix);
    diagnosis
}

fn of(diagnosis: &Value) -> ReportedDiagnosis {
    let text = |name: &str| diagnosis[name].as_str().unwrap().to_owned();
    ReportedDiagnosis {
        code: serde_json::from_value(diagnosis["code"].clone()).unwrap(),
        cause: text("cause"),
        fix: text("fix"),
    }
}
