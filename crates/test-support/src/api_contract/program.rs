//! The API as a process: its arguments, its error messages, start and stop.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
};

/// The program of an API.
#[derive(Clone, Copy, Debug)]
pub struct ApiProgram {
    /// Path of the binary: `env!("CARGO_BIN_EXE_…")`.
    pub binary: &'static str,
    /// The environment variable of the audience.
    pub audience_variable: &'static str,
    pub audience: &'static str,
}

impl ApiProgram {
    fn command(&self) -> Command {
        let mut command = Command::new(self.binary);
        command
            .env_clear()
            .env("RUST_LOG", "info")
            .stdin(Stdio::null());
        command
    }

    fn command_with_settings(&self) -> Command {
        let mut command = self.command();
        command.args(["--issuer", "http://127.0.0.1:4000/"]);
        command.args(["--audience", self.audience]);
        command
    }

    /// Asserts that a missing setting is named, with its environment variable in the help text.
    pub fn assert_missing_settings_are_named(&self) {
        let (code, output) = run(self.command().args(["--database", ":memory:"]));
        assert_eq!(code, Some(2));
        assert!(
            output.contains("--issuer") && output.contains("--audience"),
            "{output}"
        );
        let (_, help) = run(self.command().arg("--help"));
        assert!(
            help.contains("AUTH0_DOMAIN") && help.contains(self.audience_variable),
            "{help}"
        );
    }

    /// Asserts that an invalid setting ends the program with a sentence that says what is wrong. `folder` is an empty folder.
    pub fn assert_invalid_settings_are_explained(&self, folder: &Path) {
        for (domain, audience, sentence) in [
            (
                "http://tenant.eu.auth0.com",
                "api",
                "the issuer cannot be used: http is for this machine only",
            ),
            (
                "tenant.eu.auth0.com/",
                "api",
                "the issuer cannot be used: a domain has no slash",
            ),
            ("tenant.eu.auth0.com", "", "the audience is missing"),
            (
                "tenant.eu.auth0.com",
                "two words",
                "the audience is not an identifier",
            ),
        ] {
            let mut command = self.command();
            command
                .args(["--database", ":memory:"])
                .env("AUTH0_DOMAIN", domain)
                .env(self.audience_variable, audience);
            assert_fails(&mut command, sentence);
        }
        let file = folder.join("file");
        std::fs::write(&file, "a file that is longer than the header of a database").unwrap();
        for (database, sentence) in [
            (file.clone(), "the database cannot be opened"),
            (
                file.join("below/rows.db"),
                "the folder of the database cannot be created",
            ),
        ] {
            let mut command = self.command_with_settings();
            assert_fails(command.arg("--database").arg(database), sentence);
        }
    }

    /// Asserts that the program names a port that is in use.
    pub fn assert_used_port_is_named(&self) {
        let used = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = used.local_addr().unwrap().port();
        let mut command = self.command_with_settings();
        command.args(["--database", ":memory:", "--port", &port.to_string()]);
        let output = assert_fails(
            &mut command,
            &format!("failed to listen on 127.0.0.1:{port}"),
        );
        assert!(output.contains("--port"), "{output}");
    }

    /// Asserts that the program logs its address and stops on SIGTERM.
    pub fn assert_stops_on_sigterm(&self) {
        let mut running = self
            .command_with_settings()
            .args(["--database", ":memory:", "--port", "0"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(running.stderr.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert!(
            line.contains("http://127.0.0.1:") && line.contains(self.audience),
            "{line}"
        );
        let signalled = Command::new("kill")
            .args(["-TERM", &running.id().to_string()])
            .status()
            .unwrap();
        assert!(signalled.success());
        assert!(running.wait().unwrap().success());
    }
}

/// Runs the program and returns its exit code and output.
fn run(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[track_caller]
fn assert_fails(command: &mut Command, sentence: &str) -> String {
    let (code, output) = run(command);
    assert_eq!(code, Some(1), "{output}");
    assert!(output.contains(sentence), "{output}");
    output
}
