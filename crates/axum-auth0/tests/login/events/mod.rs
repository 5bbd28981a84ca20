//! The event stream: one event for everything that happens, to the callback and to the log, without secrets.

mod leaks;
mod logins;
mod refreshes;
mod refusals;
mod sessions;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum_auth0::{Auth0, AuthEvent};
use test_support::{Browser, TestApp as _, log_capture};

use crate::app::{TestEnv, TestEnvBuilder};

type Recorded = Arc<Mutex<Vec<AuthEvent>>>;

/// A site whose events are recorded.
struct Recorder {
    env: TestEnv,
    auth0: Auth0,
    router: Router,
    events: Recorded,
}

impl Recorder {
    async fn new() -> Self {
        Self::of(TestEnv::new().await).await
    }

    async fn with(change: impl FnOnce(TestEnvBuilder) -> TestEnvBuilder) -> Self {
        Self::of(change(TestEnvBuilder::new()).build().await).await
    }

    async fn of(env: TestEnv) -> Self {
        let events = Recorded::default();
        let recorded = Arc::clone(&events);
        let builder = env.auth0_builder().protect(["/products"]);
        let builder = builder.on_event(move |event| recorded.lock().unwrap().push(event.clone()));
        let auth0 = builder.build().await.unwrap();
        let router = auth0.wrap(env.app.router());
        Self {
            env,
            auth0,
            router,
            events,
        }
    }

    fn browser(&self) -> Browser {
        self.env.browser().with_router(&self.router)
    }

    /// Returns a browser in which `user` is logged in, and forgets the events of the login.
    async fn logged_in(&self, user: &str) -> Browser {
        let mut browser = self.browser();
        browser.log_in(&self.env.provider, user).await;
        self.take();
        browser
    }

    /// Returns the events since the last call, and asserts that each of them is in the log.
    fn take(&self) -> Vec<AuthEvent> {
        let events = std::mem::take(&mut *self.events.lock().unwrap());
        let log = log_capture::captured();
        for event in &events {
            let is_line = |line: &&str| {
                line.contains(" axum_auth0::events: ")
                    && line.contains(&format!("event=\"{}\"", event.name()))
                    && event
                        .outcome()
                        .is_none_or(|outcome| outcome == "restart" || line.contains(outcome))
            };
            assert!(
                log.lines().any(|line| is_line(&line)),
                "not logged: {event:?}"
            );
        }
        events
    }

    /// Returns the names and outcomes of the events since the last call.
    fn names(&self) -> Vec<String> {
        self.take().iter().map(name).collect()
    }
}

fn name(event: &AuthEvent) -> String {
    match event.outcome() {
        Some(outcome) => format!("{} {outcome}", event.name()),
        None => event.name().to_owned(),
    }
}

#[tokio::test]
async fn a_panicking_callback_does_not_fail_the_request() {
    let env = TestEnv::new().await;
    let builder = env.auth0_builder();
    let builder = builder.on_event(|_| panic!("a defect of the application"));
    let router = builder.build().await.unwrap().wrap(env.app.router());
    let mut browser = env.browser().with_router(&router);
    browser.log_in(&env.provider, "alice").await;
    browser.post("/auth/logout", "").await;
    assert_eq!(browser.whoami().await, "anonymous");
    assert!(log_capture::captured().contains("an event callback panicked"));
}

#[tokio::test]
async fn findings_of_the_doctor_are_events() {
    use axum_auth0_doctor::{Dependencies, examine};

    let recorder = Recorder::new().await;
    let config = recorder.env.config(&[("AUTH0_CLIENT_ID", Some("unknown"))]);
    let dependencies = Dependencies {
        clock: recorder.env.clock.clone(),
        ..Dependencies::default()
    };
    let limit = std::time::Duration::from_secs(20);
    let report = examine(&config, &dependencies, limit).await;
    report.emit_findings(&recorder.auth0);
    let events = recorder.take();
    assert_eq!(events, report.findings().collect::<Vec<_>>());
    assert!(
        events.iter().any(|event| matches!(
            event,
            AuthEvent::DoctorFinding {
                check: "client",
                code: Some(_),
                ..
            }
        )),
        "{events:?}"
    );
}
