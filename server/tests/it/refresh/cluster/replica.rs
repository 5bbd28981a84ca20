//! One process of the site's program, on a port that stays reserved while the process starts and stops.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    net::SocketAddr,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    net::TcpSocket,
    time::{Instant, sleep},
};

const MAX_START: Duration = Duration::from_secs(30);
const MAX_EXIT: Duration = Duration::from_secs(40);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// A reserved port: bound with `SO_REUSEADDR` and without a listener, so that the process can bind it too.
pub(crate) struct Port(TcpSocket);

impl Port {
    pub(crate) fn take() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        Self(socket)
    }

    pub(crate) fn number(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }
}

/// A process that can be started, stopped, and killed.
pub(crate) struct Replica {
    port: Port,
    variables: BTreeMap<String, String>,
    log: PathBuf,
    child: Option<Child>,
}

impl Replica {
    pub(super) fn new(port: Port, variables: BTreeMap<String, String>, log: PathBuf) -> Self {
        Self {
            port,
            variables,
            log,
            child: None,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.port.0.local_addr().unwrap()
    }

    /// Starts the process and waits until it is ready. It aborts or waits at `failpoint`: `POINT` or `POINT@FILE`.
    pub(crate) async fn start(&mut self, failpoint: Option<&str>) {
        assert!(self.child.is_none(), "it is running");
        let log = OpenOptions::new().create(true).append(true).open(&self.log);
        let log: File = log.unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
        command
            .current_dir(self.log.parent().unwrap())
            .env_clear()
            .envs(&self.variables)
            .env("LEPTOS_SITE_ADDR", self.address().to_string())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        if let Some(failpoint) = failpoint {
            command.env("AXUM_AUTH0_FAILPOINT", failpoint);
        }
        self.child = Some(command.spawn().unwrap());
        let ready = format!("http://{}/readyz", self.address());
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(5))
            .build()
            .unwrap();
        let end = Instant::now() + MAX_START;
        loop {
            if let Ok(response) = client.get(&ready).send().await
                && response.status() == 200
            {
                return;
            }
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert_eq!(ended, None, "it ended");
            assert!(Instant::now() < end, "it does not get ready");
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Sends SIGKILL and waits for the exit.
    pub(crate) fn kill(&mut self) {
        self.child.as_mut().unwrap().kill().unwrap();
        assert_eq!(
            self.wait_for_signal(),
            rustix::process::Signal::KILL.as_raw()
        );
    }

    /// Waits until a signal ends the process, and returns the signal.
    pub(crate) fn wait_for_signal(&mut self) -> i32 {
        let mut child = self.child.take().unwrap();
        let status = child.wait().unwrap();
        status.signal().unwrap()
    }

    /// Sends SIGSTOP. The connections stay open.
    pub(crate) fn stop(&self) {
        self.signal(Signal::STOP);
    }

    /// Sends SIGCONT.
    pub(crate) fn resume(&self) {
        self.signal(Signal::CONT);
    }

    /// Sends SIGTERM, as a supervisor does.
    pub(crate) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Sends SIGINT, as Ctrl-C does.
    pub(crate) fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    /// Waits for the exit and returns the status.
    pub(crate) async fn exited(&mut self) -> ExitStatus {
        let end = Instant::now() + MAX_EXIT;
        loop {
            if let Some(status) = self.child.as_mut().unwrap().try_wait().unwrap() {
                self.child = None;
                return status;
            }
            assert!(Instant::now() < end, "it does not exit");
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Returns the log of all its runs.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    fn signal(&self, signal: Signal) {
        let child = self.child.as_ref().unwrap();
        kill_process(Pid::from_child(child), signal).unwrap();
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // SIGKILL ends a stopped process too.
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            show(&self.log);
        }
    }
}

fn show(log: &Path) {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(40)..];
    eprintln!("--- {}\n{}", log.display(), last.join("\n"));
}
