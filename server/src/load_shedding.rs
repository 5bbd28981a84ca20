//! Load shedding: requests beyond the limit get 503 at once, so that those in progress are answered in time.

use std::{
    convert::Infallible,
    future::ready,
    num::NonZeroU32,
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
use tokio::{sync::Semaphore, time::Instant};
use tower::Service;

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
    /// Free places.
    places: Arc<Semaphore>,
    /// The path of the built files.
    files: String,
    refused: AtomicU64,
    start: Instant,
    /// Milliseconds since `start` at which the next line is logged.
    next_report: AtomicU64,
}

/// Lets at most `limit` requests of `site` be in progress at a time. Health checks, metrics and the built files do not
/// count: they are cheap, and an overloaded process must not look dead.
///
/// A request is in progress until its response begins. A client that reads the rest slowly does not count.
pub fn shed_load(site: Router, limit: NonZeroU32, base_path: &str) -> Router {
    let places = usize::try_from(limit.get()).unwrap_or(Semaphore::MAX_PERMITS);
    let shedding = LoadShedding {
        site,
        shared: Arc::new(Shared {
            places: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
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
        let Ok(place) = Arc::clone(&self.shared.places).try_acquire_owned() else {
            self.shared.count_refused();
            return Box::pin(ready(Ok(overloaded(request.headers()))));
        };
        let response = self.site.call(request);
        Box::pin(async move {
            let _place = place;
            response.await
        })
    }
}

impl Shared {
    fn is_exempt(&self, path: &str) -> bool {
        matches!(path, "/healthz" | "/readyz" | "/metrics") || path.starts_with(&self.files)
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
                "overloaded: requests are refused with 503 (SERVER_MAX_REQUESTS)"
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
mod tests {
    use axum::{body::Body, routing::get};
    use futures::future::join_all;
    use tower::ServiceExt as _;

    use super::*;

    struct Site {
        router: Router,
        gate: Arc<Semaphore>,
        arrived: Arc<Semaphore>,
    }

    /// Returns a site of two places whose page waits for the gate.
    fn site() -> Site {
        let (gate, arrived) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let (waiting, arriving) = (gate.clone(), arrived.clone());
        let page = get(async move || {
            arriving.add_permits(1);
            waiting.acquire().await.unwrap().forget();
            "page"
        });
        let router = Router::new()
            .route("/", page)
            .route("/healthz", get(|| async { "ok" }))
            .route("/readyz", get(|| async { "ready" }))
            .route("/shop/pkg/site.js", get(|| async { "script" }));
        Site {
            router: shed_load(router, 2.try_into().unwrap(), "/shop"),
            gate,
            arrived,
        }
    }

    async fn request(router: &Router, path: &str, accept: &str) -> Response {
        let request = http::Request::get(path)
            .header(header::ACCEPT, accept)
            .body(Body::empty());
        router.clone().oneshot(request.unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn requests_beyond_the_limit_get_503_at_once_and_later_ones_are_served() {
        let site = site();
        for _ in 0..3 {
            let in_progress = join_all((0..2).map(|_| request(&site.router, "/", "*/*")));
            let overload = async {
                site.arrived.acquire_many(2).await.unwrap().forget();
                for accept in ["text/html,*/*;q=0.8", "application/json"] {
                    let refused = request(&site.router, "/", accept).await;
                    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
                    assert_eq!(refused.headers()[header::RETRY_AFTER], RETRY_AFTER);
                    assert_eq!(refused.headers()[header::CACHE_CONTROL], "no-store");
                    let media_type = refused.headers()[header::CONTENT_TYPE].to_str().unwrap();
                    assert!(accept.starts_with(media_type.split(';').next().unwrap()));
                }
                for path in ["/healthz", "/readyz", "/shop/pkg/site.js"] {
                    let exempt = request(&site.router, path, "*/*").await;
                    assert_eq!(exempt.status(), StatusCode::OK, "{path}");
                }
                site.gate.add_permits(2);
            };
            let (responses, ()) = tokio::join!(in_progress, overload);
            for response in responses {
                assert_eq!(response.status(), StatusCode::OK);
            }
        }
    }

    #[tokio::test]
    async fn a_client_that_disconnects_frees_its_place() {
        let site = site();
        for _ in 0..5 {
            let in_progress = join_all((0..2).map(|_| request(&site.router, "/", "*/*")));
            let arrived = site.arrived.acquire_many(2);
            tokio::select! {
                _ = in_progress => panic!("the gate is closed"),
                permits = arrived => permits.unwrap().forget(),
            }
        }
    }
}
