//! A connection of HTTP/1.1 that sends one request after the other.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinHandle};

use crate::Error;

/// What is requested.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) path: &'static str,
    /// The cookie of a user who is signed in.
    pub(crate) cookie: Option<HeaderValue>,
}

impl Target {
    /// Returns a public path.
    pub(crate) fn public(address: SocketAddr, path: &'static str) -> Self {
        Self {
            address,
            path,
            cookie: None,
        }
    }
}

/// A client with one connection, which it opens again after a failure.
pub(crate) struct Client {
    target: Target,
    connection: Option<Connection>,
}

struct Connection {
    sender: SendRequest<Empty<Bytes>>,
    driver: JoinHandle<()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Client {
    pub(crate) fn new(target: &Target) -> Self {
        Self {
            target: target.clone(),
            connection: None,
        }
    }

    /// Opens the target as a browser does, and returns the status when the whole body has arrived.
    pub(crate) async fn get(&mut self) -> Result<StatusCode, Error> {
        let mut connection = match self.connection.take() {
            Some(open) if open.sender.is_ready() => open,
            _ => self.connect().await?,
        };
        let port = self.target.address.port();
        let mut request = Request::get(self.target.path)
            .header(header::HOST, format!("localhost:{port}"))
            .header(header::ACCEPT, "text/html,*/*;q=0.8")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document")
            .header("sec-fetch-site", "none")
            .body(Empty::new())?;
        if let Some(cookie) = &self.target.cookie {
            request.headers_mut().insert(header::COOKIE, cookie.clone());
        }
        let response = connection.sender.send_request(request).await?;
        let status = response.status();
        let mut body = response.into_body();
        while let Some(frame) = body.frame().await {
            frame?;
        }
        // The connection accepts the next request when it has noticed the end of this one.
        if connection.sender.ready().await.is_ok() {
            self.connection = Some(connection);
        }
        Ok(status)
    }

    async fn connect(&self) -> Result<Connection, Error> {
        let stream = TcpStream::connect(self.target.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        let driver = tokio::spawn(async move {
            // The sender reports errors.
            let _ = connection.await;
        });
        Ok(Connection { sender, driver })
    }
}
