//! The connection between browser and site.

use std::net::SocketAddr;

use axum::{Router, body::Bytes};
use http::{HeaderMap, Request, Response, StatusCode, Version, header};
use http_body_util::{BodyExt as _, Full, combinators::BoxBody};
use hyper::{body::Incoming, client::conn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpStream};

pub(crate) type RequestBody = BoxBody<Bytes, std::io::Error>;

/// Both protocols that a browser or a reverse proxy speaks to the site.
pub(crate) const PROTOCOLS: [Version; 2] = [Version::HTTP_11, Version::HTTP_2];

/// A complete response.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn code(&self) -> String {
        let json: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        json["code"].as_str().unwrap().to_owned()
    }
}

/// Serves `router` as the sample site does: HTTP/1.1 with upgrades, and HTTP/2 without TLS.
pub(crate) async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(router.clone());
            tokio::spawn(async move {
                let mut builder = auto::Builder::new(TokioExecutor::new());
                builder.http2().enable_connect_protocol();
                let io = TokioIo::new(stream);
                // An interrupted response ends the connection.
                let _ = builder.serve_connection_with_upgrades(io, service).await;
            });
        }
    });
    address
}

pub(crate) fn full(body: impl Into<Bytes>) -> RequestBody {
    Full::new(body.into())
        .map_err(|never| match never {})
        .boxed()
}

/// Sends a request on a new connection, and returns the response when its headers are complete.
pub(crate) async fn send(
    address: SocketAddr,
    protocol: Version,
    mut request: Request<RequestBody>,
) -> Response<Incoming> {
    let io = TokioIo::new(TcpStream::connect(address).await.unwrap());
    if protocol == Version::HTTP_2 {
        let host = request.headers_mut().remove(header::HOST).unwrap();
        let path = request.uri().path_and_query().unwrap();
        let uri = format!("http://{}{path}", host.to_str().unwrap());
        *request.uri_mut() = uri.parse().unwrap();
        *request.version_mut() = Version::HTTP_2;
        let (mut sender, connection) = conn::http2::handshake(TokioExecutor::new(), io)
            .await
            .unwrap();
        tokio::spawn(connection);
        return sender.send_request(request).await.unwrap();
    }
    let (mut sender, connection) = conn::http1::handshake(io).await.unwrap();
    tokio::spawn(connection.with_upgrades());
    sender.send_request(request).await.unwrap()
}

/// Sends a request and reads the whole response.
pub(crate) async fn exchange(
    address: SocketAddr,
    protocol: Version,
    request: Request<RequestBody>,
) -> Received {
    let (parts, body) = send(address, protocol, request).await.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Received {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}
