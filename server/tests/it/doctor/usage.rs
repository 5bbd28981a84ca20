//! The program's command line.

use super::doctor_env::DoctorEnv;

#[tokio::test]
async fn what_the_program_can_do_is_in_its_help() {
    let env = DoctorEnv::with(|builder| builder.tenant_is_up = false).await;
    let help = env.run(&["--help"]).await;
    assert_eq!(help.status.code(), Some(0));
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(
        text.contains("doctor") && text.contains(".env.example"),
        "{text}"
    );

    let help = env.run(&["doctor", "--help"]).await;
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(
        text.contains("--json")
            && text.contains("--timeout <SECONDS>")
            && text.contains("default: 30"),
        "{text}"
    );

    let version = env.run(&["--version"]).await;
    let text = String::from_utf8(version.stdout).unwrap();
    assert_eq!(text, format!("server {}\n", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn wrong_usage_has_an_exit_status_of_its_own() {
    let env = DoctorEnv::with(|builder| builder.tenant_is_up = false).await;
    for arguments in [
        &["doctors"][..],
        &["doctor", "--timeout", "0"],
        &["doctor", "--timeout", "soon"],
        &["doctor", "--yaml"],
        &["--json"],
    ] {
        let output = env.run(arguments).await;
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
}

#[tokio::test]
async fn a_log_goes_to_standard_error_and_only_where_it_is_wanted() {
    let env = DoctorEnv::with(|builder| {
        builder.tenant_is_up = false;
        builder.set("RUST_LOG", "trace");
    })
    .await;
    let output = env.run(&["doctor", "--json"]).await;
    serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
    assert!(!output.stderr.is_empty());
}
