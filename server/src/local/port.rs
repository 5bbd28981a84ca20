//! Ports for the local services: the usual ones, or the next free.

use std::{io, path::Path, time::Duration};

use tokio::net::TcpListener;

/// How many ports are tried.
const CANDIDATES: u16 = 20;

/// After a rebuild the old process may need a moment to end. Its port is worth waiting for: with another one the
/// issuer would be another, and everybody logged out.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(100);

/// Listens on the port noted in `note`, else on `preferred`, else on the next free one, and notes it.
pub(super) async fn listen(preferred: u16, note: &Path) -> io::Result<TcpListener> {
    let noted = std::fs::read_to_string(note)
        .ok()
        .and_then(|text| text.trim().parse::<u16>().ok());
    let first =
        noted.filter(|port| (preferred..preferred.saturating_add(CANDIDATES)).contains(port));
    for _ in 0..ATTEMPTS {
        match bind(first.unwrap_or(preferred)).await {
            Ok(listener) => return noting(listener, note),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(error),
        }
    }
    for port in preferred..preferred.saturating_add(CANDIDATES) {
        if let Ok(listener) = bind(port).await {
            tracing::warn!("port {preferred} is in use by another program; using {port}");
            return noting(listener, note);
        }
    }
    Err(io::Error::new(
        io::ErrorKind::AddrInUse,
        format!(
            "none of the ports {preferred} to {} is free",
            preferred.saturating_add(CANDIDATES - 1)
        ),
    ))
}

async fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).await
}

fn noting(listener: TcpListener, note: &Path) -> io::Result<TcpListener> {
    std::fs::write(note, listener.local_addr()?.port().to_string())?;
    Ok(listener)
}
