//! The routes. Each handler checks the scope, reads the input, and works on the rows of the token's user.

use api_support::{ApiError, Owner, private, with_layers};
use axum::{
    Json, Router,
    extract::{FromRef, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::get,
};
use axum_auth0_bearer::{VerifiedToken, Verifier, clock::SharedClock};
use serde::Serialize;
use serde_json::{Map, Value};
use time::{Date, OffsetDateTime};

use crate::{
    idempotency,
    order::{NewOrder, Order, OrderInput, Status},
    store::Store,
};

const READ: &str = "read:orders";
const WRITE: &str = "write:orders";

/// All scopes of this API.
pub(crate) const SCOPES: [&str; 2] = [READ, WRITE];

#[derive(Clone, Debug, FromRef)]
struct AppState {
    verifier: Verifier,
    store: Store,
    clock: SharedClock,
}

/// Returns all routes, with the layers around them.
pub(crate) fn router(verifier: Verifier, store: Store, clock: SharedClock) -> Router {
    let routes = Router::new()
        .route("/orders", get(list).post(place))
        .merge(verifier.metadata_router())
        .with_state(AppState {
            verifier,
            store,
            clock,
        });
    with_layers(routes, include_str!("openapi.json"))
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
    token: VerifiedToken,
) -> Result<impl IntoResponse, ApiError> {
    token.require_scope(READ)?;
    let orders = store.list(Owner::of(&token), today(&clock)).await?;
    Ok(private(Json(Orders {
        owner: token.subject().to_owned(),
        orders,
    })))
}

/// `POST /orders`. With an `Idempotency-Key` that the user has sent before, responds with the order of that request.
async fn place(
    State(store): State<Store>,
    State(clock): State<SharedClock>,
    token: VerifiedToken,
    headers: HeaderMap,
    body: Result<Json<Map<String, Value>>, JsonRejection>,
) -> Result<impl IntoResponse, ApiError> {
    token.require_scope(WRITE)?;
    let key = idempotency::key(&headers)?;
    let Json(fields) = body?;
    let order = NewOrder {
        input: OrderInput::from_json(&fields)?,
        status: Status::Placed,
        placed_at: today(&clock),
    };
    let placed = store
        .place(Owner::of(&token), &order, key.as_deref())
        .await?;
    Ok(private((StatusCode::CREATED, Json(placed))))
}

/// Returns the current day in UTC.
fn today(clock: &SharedClock) -> Date {
    OffsetDateTime::from_unix_timestamp(clock.unix_seconds())
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .date()
}
