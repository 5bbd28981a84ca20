//! The command line.

use super::doctor_env::DoctorEnv;

#[tokio::test]
async fn the_help_lists_the_commands() {
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
async fn invalid_usage_has_its_own_exit_status() {
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
async fn the_log_goes_to_stderr_and_only_if_requested() {
    let env = DoctorEnv::with(|builder| {
        builder.tenant_is_up = false;
        builder.set("RUST_LOG", "trace");
    })
    .await;
    let output = env.run(&["doctor", "--json"]).await;
    serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
    assert!(!output.stderr.is_empty());
}
