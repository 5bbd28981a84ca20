//! Load shedding: requests beyond the limit wait for a moment, and get 503 if no place becomes free, so that those in progress
//! are answered in time.
//!
//! Waiting costs no CPU time, and a response does: a flood of requests that were refused at once would keep the server from
//! its other work. While its request waits, a connection sends no further one.

mod queue;

use std::{
    convert::Infallible,
    future::ready,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, body::Body, extract::Request, response::Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tokio::time::Instant;
use tower::Service;

use self::queue::{Admission, Queue};
use crate::limits::Limits;

/// When a client should try again, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

/// Interval between log lines about refused requests.
const REPORT_INTERVAL: Duration = Duration::from_secs(10);

const PAGE: &str = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\"><title>This site is busy</title></head>\
    <body><main><h1>This site is busy</h1>\
    <p>It cannot answer all requests at the moment. Please try again in a few seconds.</p></main></body></html>\n";

const JSON: &str = "{\"code\":\"overloaded\",\"error\":\"overloaded\",\
    \"error_description\":\"the site is busy; Retry-After says when to try again\"}";

struct Shared {
    queue: Arc<Queue>,
    /// The path of the built files.
    files: String,
    refused: AtomicU64,
    start: Instant,
    /// Milliseconds since `start` at which the next line is logged.
    next_report: AtomicU64,
}

/// Lets at most [`Limits::requests`] of `site` be in progress at a time, and [`Limits::waiting`] wait for up to a second. Health
/// checks, metrics and the built files do not count: they are cheap, and an overloaded process must not look dead.
///
/// A request is in progress until its response begins. A client that reads the rest slowly does not count. The body of a waiting
/// request is not read.
pub fn shed_load(site: Router, limits: Limits, base_path: &str) -> Router {
    let number = |limit| usize::try_from(limit).unwrap_or(usize::MAX);
    let shedding = LoadShedding {
        site,
        shared: Arc::new(Shared {
            queue: Queue::new(number(limits.requests.get()), number(limits.waiting)),
            files: format!("{base_path}/pkg/"),
            refused: AtomicU64::new(0),
            start: Instant::now(),
            next_report: AtomicU64::new(0),
        }),
    };
    // Around the router and not a layer of it: the router finds the route and clones all layers before the first of them runs, which
    // a refused request need not pay for.
    Router::new().fallback_service(shedding)
}

/// The site behind the limit.
#[derive(Clone)]
struct LoadShedding {
    site: Router,
    shared: Arc<Shared>,
}

impl Service<Request> for LoadShedding {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // A router always is.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if self.shared.is_exempt(request.uri().path()) {
            return Box::pin(self.site.call(request));
        }
        let waiting = match self.shared.queue.enter() {
            Admission::Place(place) => {
                let response = self.site.call(request);
                return Box::pin(async move {
                    let _place = place;
                    response.await
                });
            }
            Admission::Refused => {
                return Box::pin(ready(Ok(self.shared.refuse(request.headers()))));
            }
            Admission::Waiting(waiting) => waiting,
        };
        let (mut site, shared) = (self.site.clone(), Arc::clone(&self.shared));
        Box::pin(async move {
            let Some(_place) = waiting.place().await else {
                return Ok(shared.refuse(request.headers()));
            };
            site.call(request).await
        })
    }
}

impl Shared {
    fn is_exempt(&self, path: &str) -> bool {
        matches!(path, "/healthz" | "/readyz" | "/metrics") || path.starts_with(&self.files)
    }

    fn refuse(&self, headers: &HeaderMap) -> Response {
        self.count_refused();
        overloaded(headers)
    }

    fn count_refused(&self) {
        let refused = self.refused.fetch_add(1, Ordering::Relaxed) + 1;
        let now = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let due = self.next_report.load(Ordering::Relaxed);
        let next = now.saturating_add(u64::try_from(REPORT_INTERVAL.as_millis()).unwrap_or(0));
        if now >= due
            && self
                .next_report
                .compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        {
            tracing::warn!(
                refused,
                "overloaded: requests are refused with 503 (SERVER_MAX_REQUESTS, SERVER_MAX_WAITING)"
            );
        }
    }
}

/// Returns the 503 response: a page for a browser, JSON for a program.
fn overloaded(headers: &HeaderMap) -> Response {
    let accepts_html = headers
        .get(header::ACCEPT)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let (media_type, body) = if accepts_html {
        ("text/html; charset=utf-8", PAGE)
    } else {
        ("application/json", JSON)
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::RETRY_AFTER, RETRY_AFTER),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'"),
        ),
    ] {
        headers.insert(name, value);
    }
    response
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
