//! Servers are real, separate, and end with their process.

#![cfg(unix)]

use std::{
    io::Read as _,
    net::{Ipv4Addr, TcpStream},
    process::{Command, Stdio},
    time::Duration,
};

use test_databases::{postgres, wait_until};

fn answers(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[test]
fn each_database_is_empty_and_a_dump_shows_what_was_written() {
    let (Some(first), Some(second)) = (postgres::database(), postgres::database()) else {
        return;
    };
    first.execute("CREATE TABLE t (x text); INSERT INTO t VALUES ('planted')");
    assert_eq!(first.execute("SELECT x, 1 FROM t"), "planted|1");
    assert!(first.dump().contains("planted"));
    assert!(!second.dump().contains("planted"));
}

#[test]
fn a_server_can_be_killed_and_restarted_and_ends_when_it_is_dropped() {
    let Some(server) = postgres::server() else {
        return;
    };
    let database = server.create_database();
    database.execute("CREATE TABLE t AS SELECT 1");
    server.kill();
    assert!(!answers(server.port()));
    server.restart();
    assert_eq!(database.execute("SELECT * FROM t"), "1");
    let port = server.port();
    drop(server);
    assert!(!answers(port));
}

/// Runs in another process, which prints its port and is killed.
#[test]
#[ignore = "not a test: the next test runs it in a process of its own, which it kills"]
fn start_a_server_and_wait() {
    if let Some(server) = postgres::server() {
        eprintln!("PORT {} END", server.port());
        std::thread::sleep(Duration::from_mins(1));
    }
}

#[test]
fn a_server_ends_when_its_process_is_killed() {
    if postgres::find().is_err() {
        return;
    }
    let program = std::env::current_exe().expect("this test is a program");
    let mut process = Command::new(program)
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "start_a_server_and_wait",
        ])
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("it can be run again");
    let mut output = process.stderr.take().expect("it is a pipe");
    let mut text = String::new();
    while !text.contains("END") {
        let mut byte = [0];
        output.read_exact(&mut byte).expect("it prints its port");
        text.push(char::from(byte[0]));
    }
    let port = text.split_whitespace().nth_back(1).expect("a number");
    let port = port.parse().expect("a number");
    assert!(answers(port));
    process.kill().expect("it runs");
    process.wait().expect("it was killed");
    assert!(wait_until(Duration::from_secs(20), || !answers(port)));
}
