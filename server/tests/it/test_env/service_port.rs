//! A port at which a service can be up, down, or silent.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, middleware::from_fn};
use server::local::read_certificate;
use tenant::{Tenant, TlsPeer};
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::oneshot,
    task::JoinHandle,
};

/// Time limit of a graceful stop.
const MAX_STOP: Duration = Duration::from_secs(10);

/// An address that stays reserved while its service starts and stops.
pub(crate) struct ServicePort {
    address: SocketAddr,
    state: State,
}

enum State {
    /// The port is bound without a listener: connections are refused.
    Down(TcpSocket),
    Up {
        stop: oneshot::Sender<()>,
        served: JoinHandle<()>,
    },
    /// Connections are accepted and never answered.
    Silent { _listening: TcpListener },
    /// During a transition.
    Moving,
}

impl ServicePort {
    /// Binds `address`, or a free port.
    pub(crate) fn take(address: Option<SocketAddr>) -> Self {
        let socket = bind(address.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0))));
        Self {
            address: socket.local_addr().unwrap(),
            state: State::Down(socket),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts to serve.
    pub(crate) fn open(&mut self, router: Router) {
        let listener = self.listener();
        let (stop, stopped) = oneshot::channel::<()>();
        let router = router.into_make_service_with_connect_info::<SocketAddr>();
        let served = tokio::spawn(async move {
            // A sender that is dropped stops it as well.
            let stopping = async { drop(stopped.await) };
            axum::serve(listener, router)
                .with_graceful_shutdown(stopping)
                .await
                .unwrap();
        });
        self.state = State::Up { stop, served };
    }

    /// Starts to serve TLS with client certificates.
    pub(crate) fn open_tls(&mut self, router: Router, tenant: &Tenant) {
        let listener = tenant.tls_listener(self.listener()).unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let router = router
            .layer(from_fn(read_certificate))
            .into_make_service_with_connect_info::<TlsPeer>();
        let served = tokio::spawn(async move {
            let stopping = async { drop(stopped.await) };
            axum::serve(listener, router)
                .with_graceful_shutdown(stopping)
                .await
                .unwrap();
        });
        self.state = State::Up { stop, served };
    }

    /// Accepts connections and never responds.
    pub(crate) fn accept_silently(&mut self) {
        self.state = State::Silent {
            _listening: self.listener(),
        };
    }

    /// Stops the service and closes its connections.
    pub(crate) async fn close(&mut self) {
        if let State::Up { stop, served } = std::mem::replace(&mut self.state, State::Moving) {
            stop.send(()).unwrap();
            tokio::time::timeout(MAX_STOP, served)
                .await
                .unwrap()
                .unwrap();
        }
        self.state = State::Down(bind(self.address));
    }

    fn listener(&mut self) -> TcpListener {
        match std::mem::replace(&mut self.state, State::Moving) {
            State::Down(socket) => socket.listen(1024).unwrap(),
            _ => panic!("{} is in use already", self.address),
        }
    }
}

fn bind(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    // Connections of the previous service may linger in TIME_WAIT.
    socket.set_reuseaddr(true).unwrap();
    socket.bind(address).unwrap();
    socket
}
