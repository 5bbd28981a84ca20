//! Parses `X-Forwarded-*` and `Forwarded`.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, header};

use super::Forwarded;

pub(super) const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Reads the headers of a request from the trusted proxy `peer`.
///
/// Few proxies set `Forwarded`, and the others pass on what the client sent, so it counts only without `X-Forwarded-For`.
pub(super) fn read(
    peer: IpAddr,
    headers: &HeaderMap,
    is_trusted: impl Fn(IpAddr) -> bool,
) -> Forwarded {
    if headers.contains_key(X_FORWARDED_FOR) || !headers.contains_key(header::FORWARDED) {
        let for_ = list(headers, &X_FORWARDED_FOR);
        let (client, hops) = client(peer, for_.iter().map(|it| address(it)), is_trusted);
        let value = |name| seen_by_hop(&list(headers, &name), hops);
        return Forwarded {
            client,
            host: value(X_FORWARDED_HOST),
            scheme: value(X_FORWARDED_PROTO),
        };
    }
    let elements = elements(headers);
    let for_ = elements.iter().map(|it| address(it.for_.as_deref()?));
    let (client, hops) = client(peer, for_, is_trusted);
    // The element of the outermost trusted proxy: the one that names the client.
    let element = elements.into_iter().rev().take(hops).next_back();
    let (host, scheme) = element.map_or((None, None), |it| (it.host, it.proto));
    Forwarded {
        client,
        host,
        scheme,
    }
}

/// Returns the last address that is not trusted, and the number of trusted proxies behind it. An entry that is not an
/// address, such as `unknown`, ends the search: what is before it could be forged.
fn client(
    peer: IpAddr,
    entries: impl DoubleEndedIterator<Item = Option<IpAddr>>,
    is_trusted: impl Fn(IpAddr) -> bool,
) -> (IpAddr, usize) {
    let (mut client, mut hops) = (peer, 1);
    for entry in entries.rev() {
        let Some(address) = entry else { break };
        client = address;
        if !is_trusted(address) {
            break;
        }
        hops += 1;
    }
    (client, hops)
}

/// Returns the value that the outermost of `hops` trusted proxies set. Proxies append to the list, replace it, or leave it.
fn seen_by_hop(values: &[&str], hops: usize) -> Option<String> {
    let value = values.iter().rev().take(hops).next_back()?;
    (!value.is_empty()).then(|| (*value).to_owned())
}

/// Returns the items of a comma-separated header. Bytes that are not text make one unreadable item.
fn list<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Vec<&'h str> {
    headers
        .get_all(name)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(str::trim)
        .collect()
}

/// Parses an address with or without a port. An IPv6 address may have brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let address = bare.unwrap_or(text).parse::<IpAddr>();
    let address = address.or_else(|_| text.parse::<SocketAddr>().map(|it| it.ip()));
    Some(address.ok()?.to_canonical())
}

/// An element of `Forwarded`, which one proxy appended.
#[derive(Default)]
struct Element {
    for_: Option<String>,
    host: Option<String>,
    proto: Option<String>,
}

/// Parses `Forwarded` (RFC 7239 §4).
fn elements(headers: &HeaderMap) -> Vec<Element> {
    let values = headers.get_all(header::FORWARDED).iter();
    values
        .flat_map(|value| split(value.to_str().unwrap_or_default(), ','))
        .map(|text| {
            let mut element = Element::default();
            for pair in split(text, ';') {
                let Some((name, value)) = pair.split_once('=') else {
                    continue;
                };
                let value = Some(unquoted(value.trim()));
                match name.trim().to_ascii_lowercase().as_str() {
                    "for" => element.for_ = value,
                    "host" => element.host = value,
                    "proto" => element.proto = value,
                    _ => {}
                }
            }
            element
        })
        .collect()
}

/// Splits at `separator`, except inside quoted strings.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c| {
        let is_end = c == separator && !quoted;
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        is_end
    })
    .collect()
}

/// Returns the content of a quoted string (RFC 9110 §5.6.4), or the token as it is.
fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|it| it.strip_suffix('"')) else {
        return value.to_owned();
    };
    let mut escaped = false;
    inner
        .chars()
        .filter(|&c| {
            escaped = c == '\\' && !escaped;
            !escaped
        })
        .collect()
}
