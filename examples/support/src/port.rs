//! A free port for a program that has to know its URL before it starts.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

/// A reserved port: bound with `SO_REUSEADDR` and without a listener, so that a program can bind it too.
#[derive(Debug)]
pub struct Port(TcpSocket);

impl Port {
    /// Reserves a free port.
    pub fn reserve() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        Self(socket)
    }

    /// Returns the address to listen on.
    pub fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }

    /// Listens, in this process.
    pub(crate) fn listen(self) -> TcpListener {
        self.0.listen(1024).unwrap()
    }

    /// Returns the origin of a site on this port: `http://localhost:PORT`.
    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.address().port())
    }
}
