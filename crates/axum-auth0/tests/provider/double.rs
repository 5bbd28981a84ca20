//! A provider on a free port of this machine: it answers what a test tells it to, and keeps a ledger of what it was asked.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use axum_auth0::{
    clock::ManualClock,
    outbound::{Outbound, OutboundOptions},
    provider::{Issuer, Provider},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Semaphore};

use crate::signer::Signer;

pub(crate) const DISCOVERY: &str = "/.well-known/openid-configuration";
pub(crate) const KEYS: &str = "/keys";

/// 2026-01-01T00:00:00Z
pub(crate) const NOW: i64 = 1_767_225_600;

/// What the provider answers at a path.
#[derive(Clone)]
pub(crate) enum Answer {
    Json(Value),
    Text {
        status: u16,
        media_type: &'static str,
        body: String,
        headers: Vec<(&'static str, String)>,
    },
    /// Waits until the gate has room, then answers.
    Gated(Arc<Semaphore>, Box<Answer>),
    /// Never.
    Silence,
}

impl Answer {
    pub(crate) fn status(status: u16) -> Self {
        Self::Text {
            status,
            media_type: "text/plain",
            body: String::new(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn html() -> Self {
        Self::Text {
            status: 200,
            media_type: "text/html",
            body: "<h1>Sign in</h1>".to_owned(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn keys(keys: &[Value]) -> Self {
        Self::Json(json!({ "keys": keys }))
    }
}

#[derive(Default)]
struct Book {
    answers: HashMap<String, Answer>,
    asked: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct Double {
    pub(crate) base: String,
    book: Arc<Mutex<Book>>,
}

impl Double {
    /// A provider that publishes the public keys of these signers.
    pub(crate) async fn publishing(signers: &[&Signer]) -> Self {
        let double = Self::start().await;
        double.answer(
            KEYS,
            Answer::keys(
                &signers
                    .iter()
                    .map(|signer| signer.jwk())
                    .collect::<Vec<_>>(),
            ),
        );
        double
    }

    /// A provider with good metadata and no keys.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let double = Self {
            base,
            book: Arc::default(),
        };
        double.answer(DISCOVERY, Answer::Json(double.metadata()));
        let router = Router::new().fallback(serve).with_state(double.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        double
    }

    pub(crate) fn issuer(&self) -> String {
        format!("{}/", self.base)
    }

    pub(crate) fn metadata(&self) -> Value {
        json!({
            "issuer": self.issuer(),
            "jwks_uri": format!("{}{KEYS}", self.base),
            "authorization_endpoint": format!("{}/authorize", self.base),
            "token_endpoint": format!("{}/oauth/token", self.base),
            "id_token_signing_alg_values_supported": ["RS256", "none"],
        })
    }

    pub(crate) fn answer(&self, path: &str, answer: Answer) {
        self.book
            .lock()
            .unwrap()
            .answers
            .insert(path.to_owned(), answer);
    }

    /// How often a path was asked for.
    pub(crate) fn asked(&self, path: &str) -> usize {
        self.book
            .lock()
            .unwrap()
            .asked
            .iter()
            .filter(|asked| *asked == path)
            .count()
    }

    /// The code under test, looking at this provider, with a clock to move.
    pub(crate) fn provider(&self) -> (Provider, Arc<ManualClock>) {
        self.provider_with(OutboundOptions::default())
    }

    pub(crate) fn provider_with(&self, options: OutboundOptions) -> (Provider, Arc<ManualClock>) {
        let clock = ManualClock::at(NOW);
        let issuer = Issuer::parse(&self.issuer()).unwrap();
        let provider = Provider::new(issuer, Outbound::new(options).unwrap(), clock.clone());
        (provider, clock)
    }
}

async fn serve(State(double): State<Double>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let answer = {
        let mut book = double.book.lock().unwrap();
        book.asked.push(path.clone());
        book.answers
            .get(&path)
            .cloned()
            .unwrap_or_else(|| Answer::status(404))
    };
    respond(answer).await
}

async fn respond(mut answer: Answer) -> Response {
    loop {
        match answer {
            Answer::Json(value) => return axum::Json(value).into_response(),
            Answer::Text {
                status,
                media_type,
                body,
                headers,
            } => {
                let mut response = Response::builder()
                    .status(status)
                    .header("content-type", media_type);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                return response.body(Body::from(body)).unwrap();
            }
            Answer::Gated(gate, then) => {
                gate.acquire().await.unwrap().forget();
                answer = *then;
            }
            Answer::Silence => std::future::pending().await,
        }
    }
}

/// Waits, within reason, until something is so.
pub(crate) async fn until(what: impl Fn() -> bool) {
    let waiting = async {
        while !what() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waiting)
        .await
        .expect("it should have happened by now");
}
