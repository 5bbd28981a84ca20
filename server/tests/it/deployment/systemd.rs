//! The systemd unit.

use std::{fs, process::Command};

use super::reverse_proxy::deployed;

/// Highest exposure that `systemd-analyze security` may find, in tenths: 0 is perfect, 100 is none.
const MAX_EXPOSURE: &str = "15";

#[test]
fn systemd_accepts_the_unit_and_finds_it_hardened() {
    if Command::new("systemd-analyze")
        .arg("--version")
        .output()
        .is_err()
    {
        println!("not run: systemd-analyze is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("leptos-auth0@3000.service");
    let text = deployed("leptos-auth0@.service");
    // The program must exist.
    assert!(text.contains("ExecStart=/opt/leptos-auth0/current/server\n"));
    fs::write(
        &unit,
        text.replace("/opt/leptos-auth0/current/server", "/bin/true"),
    )
    .unwrap();
    for arguments in [
        &["verify"][..],
        &["security", "--offline=true", "--threshold", MAX_EXPOSURE],
    ] {
        let checked = Command::new("systemd-analyze")
            .args(arguments)
            .arg(&unit)
            .output()
            .unwrap();
        let output = [checked.stdout, checked.stderr].concat();
        let output = String::from_utf8_lossy(&output);
        assert!(checked.status.success(), "{arguments:?}: {output}");
        assert!(arguments[0] != "verify" || output.is_empty(), "{output}");
    }
}
