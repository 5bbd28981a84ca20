//! Processes and signals.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

/// Returns a port on which nothing listens.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    listener.local_addr().expect("it is bound").port()
}

/// Waits until `condition` is true. Returns `false` after `limit`.
pub fn wait_until(limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !condition() {
        if start.elapsed() > limit {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
    true
}

/// Kills the process and its children at once, as a power failure does.
pub fn kill(pid: u32) {
    signal_all(pid, Signal::KILL);
}

/// Stops the process and its children: their connections remain open, and nothing answers.
pub fn stop(pid: u32) {
    signal_all(pid, Signal::STOP);
}

/// Lets the process and its children continue after [`stop`].
pub fn resume(pid: u32) {
    signal_all(pid, Signal::CONT);
}

/// Sends the signal to the process first, so that it creates no child meanwhile.
fn signal_all(pid: u32, signal: Signal) {
    let children = children(pid);
    send(pid, signal);
    for child in children.into_iter().chain(self::children(pid)) {
        send(child, signal);
    }
}

pub(crate) fn send(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // It may have ended.
        let _ = kill_process(pid, signal);
    }
}

/// Returns whether the process runs. One that ended and was not waited for does not.
pub(crate) fn is_running(pid: u32) -> bool {
    let output = Command::new("ps")
        .args(["-o", "stat=", "-p", &pid.to_string()])
        .output();
    output.is_ok_and(|output| {
        let state = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        !state.is_empty() && !state.starts_with('Z')
    })
}

fn children(pid: u32) -> Vec<u32> {
    let output = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output();
    let Ok(output) = output else {
        return Vec::new();
    };
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| {
            let mut numbers = line.split_whitespace().map(str::parse::<u32>);
            let (child, parent) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
            (parent == pid).then_some(child)
        })
        .collect()
}

/// Reads a process identifier from the first line of a file.
pub(crate) fn read_pid(path: &std::path::Path) -> Option<u32> {
    fs::read_to_string(path)
        .ok()?
        .lines()
        .next()?
        .trim()
        .parse()
        .ok()
}
