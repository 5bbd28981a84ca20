//! The program's command line.

use super::doctor_env::World;

#[tokio::test]
async fn what_the_program_can_do_is_in_its_help() {
    let world = World::with(|plan| plan.tenant_is_up = false).await;
    let help = world.run(&["--help"]).await;
    assert_eq!(help.status.code(), Some(0));
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(
        text.contains("doctor") && text.contains(".env.example"),
        "{text}"
    );

    let help = world.run(&["doctor", "--help"]).await;
    let text = String::from_utf8(help.stdout).unwrap();
    assert!(
        text.contains("--json")
            && text.contains("--timeout <SECONDS>")
            && text.contains("default: 30"),
        "{text}"
    );

    let version = world.run(&["--version"]).await;
    let text = String::from_utf8(version.stdout).unwrap();
    assert_eq!(text, format!("server {}\n", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn wrong_usage_has_an_exit_status_of_its_own() {
    let world = World::with(|plan| plan.tenant_is_up = false).await;
    for arguments in [
        &["doctors"][..],
        &["doctor", "--timeout", "0"],
        &["doctor", "--timeout", "soon"],
        &["doctor", "--yaml"],
        &["--json"],
    ] {
        let output = world.run(arguments).await;
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
}

#[tokio::test]
async fn a_log_goes_to_standard_error_and_only_where_it_is_wanted() {
    let world = World::with(|plan| {
        plan.tenant_is_up = false;
        plan.set("RUST_LOG", "trace");
    })
    .await;
    let output = world.run(&["doctor", "--json"]).await;
    serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
    assert!(!output.stderr.is_empty());
}
