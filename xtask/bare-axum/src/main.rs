//! What a response costs without the site: reads the `Cookie` header, looks nothing up, and sends recorded bytes.
//!
//! `bare-axum PORT FOLDER` serves each file of the folder at `/NAME`. A file contains the status, the headers, an empty line and
//! the body, with LF line ends in the head.

use std::{error::Error, hint::black_box, net::Ipv4Addr, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    routing::get,
    serve::ListenerExt as _,
};

type Recorded = (StatusCode, HeaderMap, Bytes);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(port), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: bare-axum PORT FOLDER".into());
    };
    let mut router = Router::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let recorded = Arc::new(parse(&std::fs::read(entry.path())?)?);
        let path = format!("/{}", entry.file_name().to_string_lossy());
        router = router.route(&path, get(send).with_state(recorded));
    }
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port.parse()?)).await?;
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            eprintln!("TCP_NODELAY: {error}");
        }
    });
    Ok(axum::serve(listener, router).await?)
}

async fn send(State(recorded): State<Arc<Recorded>>, request: HeaderMap) -> Recorded {
    let cookies = request.get_all(header::COOKIE).into_iter();
    let cookies = cookies.filter_map(|value| value.to_str().ok());
    for cookie in cookies.flat_map(|value| value.split("; ")) {
        black_box(cookie.split_once('='));
    }
    (*recorded).clone()
}

fn parse(file: &[u8]) -> Result<Recorded, Box<dyn Error>> {
    let end = file.windows(2).position(|bytes| bytes == b"\n\n");
    let (head, body) = file.split_at(end.ok_or("there is no empty line")?);
    let mut lines = std::str::from_utf8(head)?.lines();
    let status = lines.next().ok_or("there is no status")?.parse()?;
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").ok_or("a header has no value")?;
        headers.append(name.parse::<HeaderName>()?, HeaderValue::from_str(value)?);
    }
    Ok((status, headers, Bytes::copy_from_slice(&body[2..])))
}
