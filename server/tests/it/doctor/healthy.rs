//! Configurations without problems.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::doctor_env::{CALLBACK, DoctorEnv, PRODUCTS};

/// All checks of a site with one API. Programs that read the report rely on these names.
const IDS: [&str; 17] = [
    "configuration",
    "secret",
    "base_url",
    "cookies",
    "provider",
    "audience_parameter",
    "keys",
    "clock",
    "client",
    "refresh",
    "acr",
    "callback",
    "login",
    "logout",
    "audience",
    "api",
    "session_store",
];

#[tokio::test]
async fn a_valid_configuration_has_no_problems() {
    let env = DoctorEnv::with(|_| {}).await;
    let found = env.run_doctor().await;
    found.assert_problems(&[]).assert_warnings(&[]);
    assert_eq!(found.all("skipped"), BTreeSet::new(), "{}", found.text);
    let mut ids = found.all("ok");
    // Checks of each further API.
    ids.remove("api_audience");
    assert_eq!(ids, BTreeSet::from(IDS));
    assert_eq!(found.document["issuer"], env.variables["AUTH0_DOMAIN"]);

    found.the("ok", "callback").contains("summary", CALLBACK);
    found.the("ok", "audience").contains("summary", PRODUCTS);
    let last = found.text.trim_end().lines().last().unwrap();
    let right = found.document["checks"].as_array().unwrap().len();
    assert_eq!(last, format!("{right} checks are right."));
    // Nothing was created or changed: the site may be running.
    assert_eq!(std::fs::read_dir(env.folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn the_files_of_the_folder_are_read_as_for_serving() {
    let mut env = DoctorEnv::with(|_| {}).await;
    let lines: Vec<String> = std::mem::take(&mut env.variables)
        .iter()
        .map(|(name, value)| format!("{name}={value}\n"))
        .collect();
    std::fs::write(env.folder.path().join(".env.local"), lines.concat()).unwrap();
    env.run_doctor()
        .await
        .assert_problems(&[])
        .assert_warnings(&[]);
}

/// The local services use the next free ports, so the outputs of two runs may differ and are checked separately.
#[tokio::test]
async fn without_an_account_the_local_services_are_checked() {
    let mut env = DoctorEnv::with(|builder| builder.tenant_is_up = false).await;
    env.variables.clear();
    let output = env.run(&["doctor"]).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.starts_with(
            "No Auth0 account is configured, so the local services were started and checked.\n"
        ),
        "{text}"
    );
    assert_eq!(output.status.code(), Some(0), "{text}");

    let output = env.run(&["doctor", "--json"]).await;
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["ok"], output.status.code()),
        (&json!(true), Some(0))
    );
    let checks = report["checks"].as_array().unwrap();
    assert!(
        checks.iter().all(|check| check["status"] == "ok"),
        "{report:#}"
    );
    // The site's store, not one of the services that this run started.
    let store = checks.iter().find(|check| check["id"] == "session_store");
    assert_eq!(
        store.unwrap()["summary"],
        "target/local-services/sessions.db is made at the first start."
    );
    assert_eq!(
        std::fs::read_dir(env.folder.path()).unwrap().count(),
        0,
        "nothing was left behind"
    );
}
