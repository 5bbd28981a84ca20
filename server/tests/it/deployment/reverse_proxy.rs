//! A reverse proxy that runs with a file of `deploy/`, in which only addresses and certificates are replaced.

use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use test_databases::{Missing, REQUIRE_PROXIES, or_skip};
use tokio::{net::TcpStream, time::sleep};

use crate::refresh::cluster::Port;

const MAX_START: Duration = Duration::from_secs(20);

/// A program with a file in `deploy/`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Program {
    Nginx,
    Caddy,
}

impl Program {
    /// Returns the program if it is installed.
    ///
    /// # Panics
    /// If it is not and `REQUIRE_PROXIES=1`.
    pub(super) fn installed(self) -> Option<Self> {
        let (version, missing) = match self {
            Self::Nginx => ("-v", NGINX),
            Self::Caddy => ("version", CADDY),
        };
        let version = Command::new(missing.server)
            .arg(version)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let found = version.is_ok_and(|status| status.success());
        or_skip(found.then_some(self).ok_or(missing), REQUIRE_PROXIES)
    }
}

const NGINX: Missing = Missing {
    server: "nginx",
    install: if cfg!(target_os = "macos") {
        "brew install nginx"
    } else {
        "sudo apt-get install nginx"
    },
};

const CADDY: Missing = Missing {
    server: "caddy",
    install: if cfg!(target_os = "macos") {
        "brew install caddy"
    } else {
        "sudo apt-get install caddy"
    },
};

/// A running proxy. It stops when it is dropped.
pub(super) struct ReverseProxy {
    child: Child,
    folder: TempDir,
}

impl ReverseProxy {
    /// Starts `program` on `port` in front of two servers, and waits until it accepts connections.
    pub(super) async fn start(program: Program, port: &Port, servers: [SocketAddr; 2]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The workers of nginx run as another user.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = match program {
            Program::Nginx => nginx(folder.path(), port.number(), servers),
            Program::Caddy => caddy(folder.path(), port.number(), servers),
        };
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let proxy = Self { child, folder };
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port.number()))
            .await
            .is_err()
        {
            assert!(
                begin.elapsed() < MAX_START,
                "it does not start: {}",
                proxy.log()
            );
            sleep(Duration::from_millis(20)).await;
        }
        proxy
    }

    /// Returns what the proxy has logged.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }
}

impl Drop for ReverseProxy {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            eprintln!("{}", lines[lines.len().saturating_sub(20)..].join("\n"));
        }
    }
}

/// Reads a file of `deploy/`.
pub(super) fn deployed(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../deploy")
        .join(name);
    fs::read_to_string(file).unwrap()
}

/// Replaces each text, which must occur.
fn replace(file: &str, texts: &[(&str, &str)]) -> String {
    let mut file = file.to_owned();
    for (from, to) in texts {
        assert!(file.contains(from), "`{from}` is not in the file");
        file = file.replace(from, to);
    }
    file
}

fn nginx(folder: &Path, port: u16, [first, second]: [SocketAddr; 2]) -> Command {
    let here = folder.display();
    let site = replace(
        &deployed("nginx.conf"),
        &[
            ("server 127.0.0.1:3000 ", &format!("server {first} ")),
            ("server 127.0.0.1:3010 ", &format!("server {second} ")),
            ("listen 80;", &format!("listen unix:{here}/plain.sock;")),
            (
                "listen 443 ssl http2;",
                &format!("listen 127.0.0.1:{port};"),
            ),
            ("server_name www.example.com;", "server_name localhost;"),
            ("    ssl_certificate ", "    # "),
            ("    ssl_certificate_key ", "    # "),
        ],
    );
    let main = format!(
        "daemon off; worker_processes 2; pid {here}/pid; error_log stderr warn;\n\
         events {{ worker_connections 512; }}\n\
         http {{ access_log off; client_body_temp_path {here}/body; proxy_temp_path {here}/proxy;\n\
         fastcgi_temp_path {here}/fastcgi; uwsgi_temp_path {here}/uwsgi; scgi_temp_path {here}/scgi;\n\
         include {here}/site.conf; }}\n"
    );
    fs::write(folder.join("site.conf"), site).unwrap();
    fs::write(folder.join("nginx.conf"), main).unwrap();
    let mut command = Command::new("nginx");
    command
        .args(["-e", "stderr", "-p"])
        .arg(folder)
        .arg("-c")
        .arg(folder.join("nginx.conf"));
    command
}

fn caddy(folder: &Path, port: u16, [first, second]: [SocketAddr; 2]) -> Command {
    let site = replace(
        &deployed("Caddyfile"),
        &[
            (
                "127.0.0.1:3000 127.0.0.1:3010",
                &format!("{first} {second}"),
            ),
            ("www.example.com {", &format!("http://localhost:{port} {{")),
        ],
    );
    let file = folder.join("Caddyfile");
    fs::write(
        &file,
        format!("{{\n\tadmin off\n\tauto_https off\n}}\n{site}"),
    )
    .unwrap();
    let mut command = Command::new("caddy");
    command
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(file)
        .env("XDG_CONFIG_HOME", folder)
        .env("XDG_DATA_HOME", folder)
        .env("HOME", folder);
    command
}
