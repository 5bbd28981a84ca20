//! Users who send one request after the other until they are told to stop.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use reqwest::{Client, StatusCode, Url, header, redirect::Policy};
use tokio::task::JoinSet;

/// What the users saw.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) requests: usize,
    pub(super) failures: Vec<String>,
}

/// Running users.
pub(super) struct Load {
    stop: Arc<AtomicBool>,
    users: JoinSet<Tally>,
}

impl Load {
    /// Starts `users` that open public pages, read data with the session of `cookie`, and post.
    pub(super) fn start(site: &Url, cookie: &str, users: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            // Port 0 keeps the port of the URL.
            .resolve("localhost", ([127, 0, 0, 1], 0).into())
            .build()
            .unwrap();
        let mut running = JoinSet::new();
        for _ in 0..users {
            let user = User {
                client: client.clone(),
                site: site.clone(),
                cookie: format!("session={cookie}"),
            };
            running.spawn(user.run(Arc::clone(&stop)));
        }
        Self {
            stop,
            users: running,
        }
    }

    /// Stops the users after their current request.
    pub(super) async fn stop(mut self) -> Tally {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Tally::default();
        while let Some(tally) = self.users.join_next().await {
            let Tally { requests, failures } = tally.unwrap();
            all.requests += requests;
            all.failures.extend(failures);
        }
        all
    }
}

struct User {
    client: Client,
    site: Url,
    cookie: String,
}

impl User {
    async fn run(self, stop: Arc<AtomicBool>) -> Tally {
        let mut tally = Tally::default();
        while !stop.load(Ordering::Relaxed) {
            for (path, is_post, expected) in [
                ("/", false, StatusCode::OK),
                ("/api/products", false, StatusCode::OK),
                // A request that no proxy repeats.
                ("/api/none", true, StatusCode::NOT_FOUND),
            ] {
                tally.requests += 1;
                match self.send(path, is_post).await {
                    Ok(status) if status == expected => {}
                    Ok(status) => tally.failures.push(format!("{path}: {status}")),
                    Err(error) => tally.failures.push(format!("{path}: {error:?}")),
                }
            }
        }
        tally
    }

    async fn send(&self, path: &str, is_post: bool) -> reqwest::Result<StatusCode> {
        let url = self.site.join(path).unwrap();
        let request = if is_post {
            let origin = self.site.origin().ascii_serialization();
            self.client
                .post(url)
                .header(header::ORIGIN, origin)
                .body("a=b")
        } else {
            self.client.get(url)
        };
        let response = request
            .header(header::COOKIE, &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .send()
            .await?;
        let status = response.status();
        // A body that is cut off is a failure, too.
        response.bytes().await?;
        Ok(status)
    }
}
