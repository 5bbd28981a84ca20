//! Ports of the local services: the default ports, or the next free ones.

use std::{io, path::Path, time::Duration};

use tokio::net::TcpListener;

/// Maximum number of ports to try.
const MAX_CANDIDATES: u16 = 20;

/// Maximum number of attempts for one port. After a rebuild the old process may still be exiting, and another port
/// would change the issuer and invalidate all sessions.
const MAX_ATTEMPTS: u32 = 10;
const RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// Listens on the port saved in `port_file`, or on `preferred`, or on the next free port, and saves it.
pub(super) async fn listen(preferred: u16, port_file: &Path) -> io::Result<TcpListener> {
    let noted = std::fs::read_to_string(port_file)
        .ok()
        .and_then(|text| text.trim().parse::<u16>().ok());
    let first =
        noted.filter(|port| (preferred..preferred.saturating_add(MAX_CANDIDATES)).contains(port));
    for _ in 0..MAX_ATTEMPTS {
        match bind(first.unwrap_or(preferred)).await {
            Ok(listener) => return save_port(listener, port_file),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                tokio::time::sleep(RETRY_INTERVAL).await;
            }
            Err(error) => return Err(error),
        }
    }
    for port in preferred..preferred.saturating_add(MAX_CANDIDATES) {
        if let Ok(listener) = bind(port).await {
            tracing::warn!("port {preferred} is in use by another program; using {port}");
            return save_port(listener, port_file);
        }
    }
    Err(io::Error::new(
        io::ErrorKind::AddrInUse,
        format!(
            "none of the ports {preferred} to {} is free",
            preferred.saturating_add(MAX_CANDIDATES - 1)
        ),
    ))
}

async fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).await
}

fn save_port(listener: TcpListener, port_file: &Path) -> io::Result<TcpListener> {
    std::fs::write(port_file, listener.local_addr()?.port().to_string())?;
    Ok(listener)
}
