//! Reverse proxies whose forwarding headers are believed, and what these headers say about a request.

mod forwarded;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap};
use ipnet::IpNet;

/// The reverse proxies of `TRUSTED_PROXIES`. Cheap to clone.
///
/// Any client can send `X-Forwarded-For`. So the headers count only if the connection comes from one of these addresses,
/// and they are read from the right: each proxy appends the address that it saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Arc<[IpNet]>);

/// What trusted proxies say about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Forwarded {
    /// The address of the client.
    pub(crate) client: IpAddr,
    /// The host that the client requested.
    pub(crate) host: Option<String>,
    /// The scheme that the client used.
    pub(crate) scheme: Option<String>,
}

impl TrustedProxies {
    /// Parses addresses and networks, separated by commas or spaces.
    ///
    /// # Errors
    ///
    /// Returns the first entry that is neither an address nor a network.
    pub fn parse(list: &str) -> Result<Self, &str> {
        list.split([',', ' '])
            .filter(|entry| !entry.is_empty())
            .map(|entry| {
                let address = entry.parse::<IpAddr>().map(IpNet::from);
                address.or_else(|_| entry.parse()).map_err(|_| entry)
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Returns whether `address` is one of the proxies.
    pub fn is_trusted(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Returns the address of the client of a request: `peer`, the other end of the connection, or, if that is a trusted
    /// proxy, the last address in `X-Forwarded-For` that is not. Without this header, `Forwarded`
    /// ([RFC 7239](https://www.rfc-editor.org/rfc/rfc7239)) is read.
    ///
    /// Rate limits and access rules depend on it, so the proxy must append to the header or replace it, which nginx, Caddy
    /// and load balancers do.
    pub fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        self.forwarded(peer, headers)
            .map_or(peer.to_canonical(), |forwarded| forwarded.client)
    }

    /// Returns what trusted proxies say about the request; `None` if it does not come from one.
    pub(crate) fn forwarded(&self, peer: IpAddr, headers: &HeaderMap) -> Option<Forwarded> {
        self.is_trusted(peer)
            .then(|| forwarded::read(peer.to_canonical(), headers, |it| self.is_trusted(it)))
    }

    /// Returns whether no proxy is trusted.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether every address is trusted, so that each client can choose its own.
    pub(crate) fn trusts_everyone(&self) -> bool {
        self.0.iter().any(|network| network.prefix_len() == 0)
    }
}

/// Returns the address of the other end of the connection, if the server provides it: see
/// [`Router::into_make_service_with_connect_info`](axum::Router::into_make_service_with_connect_info).
pub(crate) fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let ConnectInfo(address) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(address.ip().to_canonical())
}

/// Returns whether the request has a header that a reverse proxy adds.
pub(crate) fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(forwarded::X_FORWARDED_FOR)
        || headers.contains_key(http::header::FORWARDED)
}

#[cfg(test)]
mod tests;
