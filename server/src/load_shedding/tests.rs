use std::num::NonZeroU32;

use axum::{body::Bytes, routing::get};
use futures::{StreamExt as _, future::join_all, stream};
use tokio::{sync::Semaphore, time::sleep};
use tower::ServiceExt as _;

use super::{queue::MAX_WAIT, *};

struct Site {
    router: Router,
    gate: Arc<Semaphore>,
    arrived: Arc<Semaphore>,
}

/// Returns a site of two places whose page reads the body of the request and waits for the gate.
fn site(waiting: u32) -> Site {
    let (gate, arrived) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (opening, arriving) = (gate.clone(), arrived.clone());
    let page = get(async move |body: Bytes| {
        arriving.add_permits(1);
        opening.acquire().await.unwrap().forget();
        body
    });
    let router = Router::new()
        .route("/", page)
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(|| async { "ready" }))
        .route("/shop/pkg/site.js", get(|| async { "script" }));
    let limits = Limits {
        requests: NonZeroU32::new(2).unwrap(),
        waiting,
        ..Limits::default()
    };
    Site {
        router: shed_load(router, limits, "/shop"),
        gate,
        arrived,
    }
}

impl Site {
    async fn request(&self, path: &str, accept: &str) -> Response {
        let request = http::Request::get(path)
            .header(header::ACCEPT, accept)
            .body(Body::empty());
        let site = self.router.clone();
        site.oneshot(request.unwrap()).await.unwrap()
    }

    async fn wait_for_arrived(&self, number: u32) {
        self.arrived.acquire_many(number).await.unwrap().forget();
    }

    async fn assert_answers_exempt_requests(&self) {
        for path in ["/healthz", "/readyz", "/shop/pkg/site.js"] {
            let exempt = self.request(path, "*/*").await;
            assert_eq!(exempt.status(), StatusCode::OK, "{path}");
        }
    }
}

fn assert_refused(response: &Response, accept: &str) {
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()[header::RETRY_AFTER], RETRY_AFTER);
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    let media_type = response.headers()[header::CONTENT_TYPE].to_str().unwrap();
    assert!(accept.starts_with(media_type.split(';').next().unwrap()));
}

const ACCEPTED: [&str; 2] = ["text/html,*/*;q=0.8", "application/json"];

#[tokio::test(start_paused = true)]
async fn requests_beyond_the_queue_get_503_at_once_and_later_ones_are_served() {
    let site = site(0);
    for _ in 0..3 {
        let in_progress = join_all((0..2).map(|_| site.request("/", "*/*")));
        let overload = async {
            site.wait_for_arrived(2).await;
            let begin = Instant::now();
            for accept in ACCEPTED {
                assert_refused(&site.request("/", accept).await, accept);
            }
            assert_eq!(begin.elapsed(), Duration::ZERO);
            site.assert_answers_exempt_requests().await;
            site.gate.add_permits(2);
        };
        let (responses, ()) = tokio::join!(in_progress, overload);
        for response in responses {
            assert_eq!(response.status(), StatusCode::OK);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_beyond_the_limit_is_served_when_a_place_becomes_free() {
    let site = site(10);
    let all = join_all((0..6).map(|_| site.request("/", "*/*")));
    let progress = async {
        for _ in 0..3 {
            site.wait_for_arrived(2).await;
            sleep(MAX_WAIT / 4).await;
            assert_eq!(site.arrived.available_permits(), 0, "only two at a time");
            site.gate.add_permits(2);
        }
    };
    let (responses, ()) = tokio::join!(all, progress);
    for response in responses {
        assert_eq!(response.status(), StatusCode::OK);
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_waits_for_too_long_gets_503() {
    let site = site(10);
    let in_progress = join_all((0..2).map(|_| site.request("/", "*/*")));
    let overload = async {
        site.wait_for_arrived(2).await;
        let begin = Instant::now();
        let refused = join_all(ACCEPTED.map(|accept| site.request("/", accept))).await;
        assert_eq!(begin.elapsed(), MAX_WAIT);
        for (response, accept) in refused.iter().zip(ACCEPTED) {
            assert_refused(response, accept);
        }
        site.gate.add_permits(2);
    };
    let (responses, ()) = tokio::join!(in_progress, overload);
    for response in responses {
        assert_eq!(response.status(), StatusCode::OK);
    }
    assert_eq!(
        site.arrived.available_permits(),
        0,
        "a refused request does not reach the site"
    );
}

#[tokio::test(start_paused = true)]
async fn health_checks_do_not_wait() {
    let site = site(10);
    let all = join_all((0..8).map(|_| site.request("/", "*/*")));
    let checks = async {
        site.wait_for_arrived(2).await;
        let begin = Instant::now();
        site.assert_answers_exempt_requests().await;
        assert_eq!(begin.elapsed(), Duration::ZERO);
        site.gate.add_permits(8);
    };
    tokio::join!(all, checks);
}

#[tokio::test(start_paused = true)]
async fn the_body_of_a_waiting_request_is_read_when_it_has_a_place() {
    let site = site(10);
    let read = Arc::new(AtomicU64::new(0));
    let in_progress = join_all((0..2).map(|_| site.request("/", "*/*")));
    let waiting = async {
        site.wait_for_arrived(2).await;
        let reading = Arc::clone(&read);
        let body = stream::iter(["a", "b"]).map(move |part| {
            reading.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>(part)
        });
        let request = http::Request::get("/").body(Body::from_stream(body));
        site.router.clone().oneshot(request.unwrap()).await.unwrap()
    };
    let progress = async {
        sleep(MAX_WAIT / 2).await;
        assert_eq!(read.load(Ordering::Relaxed), 0);
        site.gate.add_permits(3);
    };
    let (_, response, ()) = tokio::join!(in_progress, waiting, progress);
    let body = axum::body::to_bytes(response.into_body(), 10)
        .await
        .unwrap();
    assert_eq!(body, "ab");
}

#[tokio::test]
async fn a_client_that_disconnects_frees_its_place() {
    let site = site(0);
    for _ in 0..5 {
        let in_progress = join_all((0..2).map(|_| site.request("/", "*/*")));
        tokio::select! {
            _ = in_progress => panic!("the gate is closed"),
            () = site.wait_for_arrived(2) => {}
        }
    }
}
