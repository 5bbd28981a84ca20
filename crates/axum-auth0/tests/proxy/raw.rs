//! Bytes on the connection, for what no HTTP library sends.

use std::{
    fmt::Write as _,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};

/// An API that sends the same bytes to every request, and records what it receives.
#[derive(Clone)]
pub(crate) struct RawApi {
    address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

/// When the API responds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reads {
    /// After the whole request.
    Everything,
    /// After the headers: the body is refused.
    Headers,
}

impl RawApi {
    /// Starts an API that closes the connection after its reply.
    pub(crate) async fn start(reply: &'static str) -> Self {
        Self::reading(Reads::Everything, reply).await
    }

    pub(crate) async fn reading(reads: Reads, reply: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            requests: Arc::default(),
        };
        let requests = Arc::clone(&api.requests);
        tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(connection, reads, reply, Arc::clone(&requests)));
            }
        });
        api
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Returns the requests, with everything that followed on their connection before the reply.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve(
    mut connection: TcpStream,
    reads: Reads,
    reply: &str,
    requests: Arc<Mutex<Vec<String>>>,
) {
    let mut received = Vec::new();
    while !is_complete(&received, reads) {
        match connection.read_buf(&mut received).await {
            Ok(1..) => {}
            _ => break,
        }
    }
    if received.is_empty() {
        return;
    }
    let received = String::from_utf8_lossy(&received).into_owned();
    requests.lock().unwrap().push(received);
    // The site may have closed its side already.
    let _ = connection.write_all(reply.as_bytes()).await;
    let _ = connection.shutdown().await;
    // What the site still sends is read, so that the connection is not reset before the reply has arrived.
    let _ = connection.read_to_end(&mut Vec::new()).await;
}

fn is_complete(received: &[u8], reads: Reads) -> bool {
    let text = String::from_utf8_lossy(received);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let head = head.to_ascii_lowercase();
    if reads == Reads::Headers {
        return true;
    }
    if head.contains("transfer-encoding: chunked") {
        return body.ends_with("0\r\n\r\n");
    }
    let length = head.split("content-length: ").nth(1);
    let length = length.and_then(|rest| rest.split("\r\n").next()?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

/// Returns request line and headers as text, without the empty line.
pub(crate) fn head(request: &http::request::Builder) -> String {
    let path = request.uri_ref().unwrap();
    let mut text = format!("{} {path} HTTP/1.1\r\n", request.method_ref().unwrap());
    for (name, value) in request.headers_ref().unwrap() {
        let value = value.to_str().unwrap();
        write!(text, "{name}: {value}\r\n").unwrap();
    }
    text
}

/// A connection of a browser to the site.
pub(crate) struct RawBrowser(TcpStream);

impl RawBrowser {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    pub(crate) async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// Reads until the text contains `end`.
    pub(crate) async fn read_until(&mut self, end: &str) -> String {
        let mut received = Vec::new();
        while !String::from_utf8_lossy(&received).contains(end) {
            let read = self.0.read_buf(&mut received);
            let read = timeout(Duration::from_secs(10), read).await.unwrap();
            let text = String::from_utf8_lossy(&received);
            assert_ne!(read.unwrap(), 0, "closed after: {text}");
        }
        String::from_utf8(received).unwrap()
    }

    /// Reads until the site closes the connection.
    pub(crate) async fn read_to_end(&mut self) -> String {
        let mut received = Vec::new();
        let read = self.0.read_to_end(&mut received);
        // A reset counts as an end.
        let _ = timeout(Duration::from_secs(10), read).await.unwrap();
        String::from_utf8_lossy(&received).into_owned()
    }
}
