//! The layer that enforces a limit.

use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::StatusCode;

use super::limiter::Limiter;
use crate::{
    events::{AuthEvent, Events, LimitedRoute, RequestRefusal, TARGET},
    page::Page,
    request::{RequestKind, original_uri},
    responses::{json_error_with_code, with_retry_after},
    trusted_proxies::{TrustedProxies, is_forwarded, peer},
};

/// The limit of some routes. Clones share the counts.
#[derive(Clone, Debug)]
pub(crate) struct RouteLimit {
    route: LimitedRoute,
    events: Events,
    limiter: Option<Arc<Limiter>>,
    proxies: TrustedProxies,
    warned: Arc<AtomicBool>,
}

impl RouteLimit {
    /// Creates a limit; `None` limits nothing.
    pub(crate) fn new(
        route: LimitedRoute,
        per_minute: Option<NonZeroU32>,
        proxies: &TrustedProxies,
        events: &Events,
    ) -> Self {
        Self {
            route,
            events: events.clone(),
            limiter: per_minute.map(|requests| Arc::new(Limiter::per_minute(requests))),
            proxies: proxies.clone(),
            warned: Arc::default(),
        }
    }

    /// Counts the request. Returns how long its client has to wait if it exceeds the limit.
    fn check(&self, request: &Request) -> Result<(), Exceeded> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        let Some(client) = self.client(request) else {
            return Ok(());
        };
        limiter
            .check(client)
            .map_err(|wait| Exceeded { client, wait })
    }

    /// Returns the address of the client. `None` if it is unknown: a limit would then count all users together.
    fn client(&self, request: &Request) -> Option<IpAddr> {
        let Some(peer) = peer(request.extensions()) else {
            self.warn_once(
                "the server does not provide the address of the client; serve the site with \
                 `into_make_service_with_connect_info::<SocketAddr>()`",
            );
            return None;
        };
        let headers = request.headers();
        if self.proxies.is_empty() && is_local(peer) && is_forwarded(headers) {
            self.warn_once(
                "the site is behind a reverse proxy, but TRUSTED_PROXIES does not name its address",
            );
            return None;
        }
        Some(self.proxies.client_address(peer, headers))
    }

    fn warn_once(&self, reason: &str) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(reason, "rate limits do not apply");
        }
    }
}

/// A request that exceeds the limit.
struct Exceeded {
    client: IpAddr,
    wait: Duration,
}

/// Returns whether the address is not reachable from the internet, as that of a reverse proxy usually is.
fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(it) => it.is_loopback() || it.is_private() || it.is_link_local(),
        IpAddr::V6(it) => it.is_loopback() || it.is_unique_local() || it.is_unicast_link_local(),
    }
}

/// Layer that responds with 429 to requests beyond the limit.
pub(crate) async fn limit_rate(
    State(limit): State<RouteLimit>,
    request: Request,
    next: Next,
) -> Response {
    match limit.check(&request) {
        Ok(()) => next.run(request).await,
        Err(Exceeded { client, wait }) => {
            let path = original_uri(&request).path();
            let reason = RequestRefusal::RateLimited(limit.route);
            let event = AuthEvent::RequestRefused {
                login: None,
                reason,
            };
            tracing::info!(
                target: TARGET,
                %client, path, event = event.name(), reason = reason.as_str(),
                "rate limit exceeded"
            );
            limit.events.emit_logged(&event);
            with_retry_after(too_many_requests(&request), Some(wait))
        }
    }
}

fn too_many_requests(request: &Request) -> Response {
    if RequestKind::of(request.method(), request.headers()) != RequestKind::Navigation {
        return json_error_with_code(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limited",
            "too many requests from this address; Retry-After says when the next one is accepted",
        );
    }
    // Without a link: the address of a callback contains a code.
    Page::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests")
        .paragraph(
            "More requests came from your network than this site accepts in a minute. Please wait a moment, then reload \
             this page.",
        )
        .into_response()
}
