//! Free ports, so that the tests run beside a site that is already running.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::failure::{Failure, Result};
use crate::interrupt;
use crate::process::Running;

/// Returns a port that was free a moment ago.
pub(crate) fn free() -> Result<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|e| Failure::Failed(format!("no free port on 127.0.0.1: {e}")))
}

/// Fails if another process listens on `port`.
pub(crate) fn ensure_free(port: u16) -> Result<()> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(e) => Err(Failure::Failed(format!(
            "port {port} of 127.0.0.1 is not available ({e}); is the site running already?"
        ))),
    }
}

/// Waits until `server` listens on `port`. Fails if it exits before, or after `limit`.
pub(crate) fn wait_until_open(port: u16, server: &mut Running, limit: Duration) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let started = Instant::now();
    loop {
        if let Some(status) = server.finished()? {
            return Err(Failure::Failed(format!(
                "the server exited before it listened: {status}"
            )));
        }
        match TcpStream::connect_timeout(&address, Duration::from_millis(250)) {
            Ok(_) => return Ok(()),
            Err(e) if e.kind() == ErrorKind::PermissionDenied => {
                return Err(Failure::Failed(format!("cannot connect to {address}: {e}")));
            }
            Err(_) => {}
        }
        if interrupt::requested() {
            return Err(Failure::Interrupted);
        }
        if started.elapsed() > limit {
            return Err(Failure::Failed(format!(
                "the server did not listen on {address} within {} s",
                limit.as_secs()
            )));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
