//! The program: what it needs, and what it says when it does not get it.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Command, Stdio},
};

use orders_api::{Database, Settings, StartError, router};

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orders-api"));
    command
        .env_clear()
        .env("RUST_LOG", "info")
        .stdin(Stdio::null());
    command
}

/// The exit code and everything it said.
fn refused(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

const GOOD: [&str; 6] = [
    "--issuer",
    "http://127.0.0.1:4000/",
    "--audience",
    "https://orders.example.com",
    "--database",
    ":memory:",
];

#[test]
fn what_is_missing_is_named_with_its_variable() {
    let (code, said) = refused(program().args(["--database", ":memory:"]));
    assert_eq!(code, Some(2));
    assert!(
        said.contains("--issuer") && said.contains("--audience"),
        "{said}"
    );
    let (_, help) = refused(program().arg("--help"));
    assert!(
        help.contains("AUTH0_DOMAIN") && help.contains("ORDERS_API_AUDIENCE"),
        "{help}"
    );
}

#[test]
fn what_is_wrong_is_said_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("file");
    std::fs::write(
        &taken,
        "not a database, but long enough to look like one to nobody",
    )
    .unwrap();
    let below = format!("{}/below/orders.db", taken.display());
    for (changes, sentence) in [
        (
            vec![
                ("AUTH0_DOMAIN", "http://tenant.eu.auth0.com"),
                ("ORDERS_API_AUDIENCE", "api"),
            ],
            "the issuer cannot be used: http is for this machine only",
        ),
        (
            vec![
                ("AUTH0_DOMAIN", "tenant.eu.auth0.com/"),
                ("ORDERS_API_AUDIENCE", "api"),
            ],
            "the issuer cannot be used: a domain has no slash",
        ),
        (
            vec![
                ("AUTH0_DOMAIN", "tenant.eu.auth0.com"),
                ("ORDERS_API_AUDIENCE", ""),
            ],
            "the audience is missing",
        ),
        (
            vec![
                ("AUTH0_DOMAIN", "tenant.eu.auth0.com"),
                ("ORDERS_API_AUDIENCE", "two words"),
            ],
            "the audience is not an identifier",
        ),
    ] {
        let (code, said) = refused(program().args(["--database", ":memory:"]).envs(changes));
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(sentence), "{said}");
    }
    for (database, sentence) in [
        (taken.display().to_string(), "the database cannot be opened"),
        (below, "the folder of the database cannot be created"),
    ] {
        let (code, said) = refused(program().args(&GOOD[..4]).args(["--database", &database]));
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(sentence), "{said}");
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let (code, said) = refused(program().args(GOOD).args(["--port", &port.to_string()]));
    assert_eq!(code, Some(1));
    assert!(
        said.contains(&format!("127.0.0.1:{port} cannot be listened on"))
            && said.contains("--port"),
        "{said}"
    );
}

#[test]
fn it_says_where_it_listens_and_stops_when_asked() {
    let mut running = program()
        .args(GOOD)
        .args(["--port", "0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(running.stderr.take().unwrap())
        .read_line(&mut said)
        .unwrap();
    assert!(
        said.contains("http://127.0.0.1:") && said.contains("https://orders.example.com"),
        "{said}"
    );
    let asked = Command::new("kill")
        .args(["-TERM", &running.id().to_string()])
        .status()
        .unwrap();
    assert!(asked.success());
    assert!(running.wait().unwrap().success());
}

#[tokio::test]
async fn the_library_refuses_what_the_program_refuses() {
    let settings = |issuer: &str, audience: &str| Settings {
        issuer: issuer.to_owned(),
        audience: audience.to_owned(),
        database: Database::Memory,
    };
    assert!(matches!(
        router(settings("", "api")).await,
        Err(StartError::Issuer(_))
    ));
    assert!(matches!(
        router(settings("tenant.eu.auth0.com", "")).await,
        Err(StartError::Audience(_))
    ));
    // A provider that is not there is no reason not to start.
    assert!(router(settings("http://127.0.0.1:9/", "api")).await.is_ok());
}
