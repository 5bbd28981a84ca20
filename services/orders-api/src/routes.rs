//! The routes. Each handler reads: who is it, may they, what do they want, do it.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, FromRef, Request, State, rejection::JsonRejection},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS},
    },
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::get,
};
use axum_auth0::{
    bearer::{Bearer, Verifier},
    clock::SharedClock,
};
use serde::Serialize;
use serde_json::{Map, Value};
use time::{Date, OffsetDateTime};
use tower_http::{
    catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer, trace::TraceLayer,
};

use crate::{
    answer::{self, Refusal},
    idempotency, openapi,
    order::{NewOrder, Order, Status, Wish},
    store::{Owner, Store},
};

const READ: &str = "read:orders";
const WRITE: &str = "write:orders";

/// An order has two short fields.
const LARGEST_BODY: usize = 16 * 1024;

/// No request takes longer than this, its body included.
const LONGEST_REQUEST: Duration = Duration::from_secs(15);

#[derive(Clone, Debug, FromRef)]
struct Api {
    verifier: Verifier,
    store: Store,
    clock: SharedClock,
}

/// All routes, with the layers around them.
pub(crate) fn router(verifier: Verifier, store: Store, clock: SharedClock) -> Router {
    let no_sniffing = HeaderValue::from_static("nosniff");
    Router::new()
        .route("/orders", get(list).post(place))
        .route("/openapi.json", get(openapi::show))
        .route("/healthz", get(healthy))
        .fallback(async || Refusal::NoSuchPath)
        .method_not_allowed_fallback(async || Refusal::Method)
        .with_state(Api {
            verifier,
            store,
            clock,
        })
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn(in_time))
        .layer(CatchPanicLayer::custom(answer::panicked))
        .layer(SetResponseHeaderLayer::overriding(
            X_CONTENT_TYPE_OPTIONS,
            no_sniffing,
        ))
        .layer(TraceLayer::new_for_http())
}

/// A user's orders.
#[derive(Debug, Serialize)]
struct Orders {
    owner: String,
    orders: Vec<Order>,
}

/// `GET /orders`
async fn list(
    State(store): State<Store>,
    State(clock): State<SharedClock>,
    token: Bearer,
) -> Result<impl IntoResponse, Refusal> {
    token.require_scope(READ)?;
    let orders = store.list(Owner::of(&token), today(&clock)).await?;
    Ok(private(Json(Orders {
        owner: token.subject().to_owned(),
        orders,
    })))
}

/// `POST /orders`. With an `Idempotency-Key` that the user has sent before, the answer is the order of then.
async fn place(
    State(store): State<Store>,
    State(clock): State<SharedClock>,
    token: Bearer,
    headers: HeaderMap,
    body: Result<Json<Map<String, Value>>, JsonRejection>,
) -> Result<impl IntoResponse, Refusal> {
    token.require_scope(WRITE)?;
    let key = idempotency::key(&headers)?;
    let Json(fields) = body?;
    let order = NewOrder {
        wish: Wish::from_json(&fields)?,
        status: Status::Placed,
        placed_at: today(&clock),
    };
    let placed = store
        .place(Owner::of(&token), &order, key.as_deref())
        .await?;
    Ok(private((StatusCode::CREATED, Json(placed))))
}

/// `GET /healthz`
async fn healthy() -> &'static str {
    "ok\n"
}

/// The day in UTC.
fn today(clock: &SharedClock) -> Date {
    OffsetDateTime::from_unix_timestamp(clock.unix_seconds())
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .date()
}

/// One user's answer is never another's.
fn private(answer: impl IntoResponse) -> impl IntoResponse {
    ([(CACHE_CONTROL, "private, no-store")], answer)
}

async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(LONGEST_REQUEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refusal::TooSlow.into_response(),
    }
}
