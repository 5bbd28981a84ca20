//! The routes. Each handler reads: who is it, may they, what do they want, do it.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, FromRef, Path, Request, State, rejection::PathRejection},
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, LOCATION, X_CONTENT_TYPE_OPTIONS},
    },
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{get, patch},
};
use axum_auth0::bearer::{Bearer, Verifier};
use serde::Serialize;
use tower_http::{
    catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer, trace::TraceLayer,
};

use crate::{
    answer::{self, Refusal},
    draft::Draft,
    json_body::JsonObject,
    openapi,
    product::Product,
    store::{Owner, Store},
};

const READ: &str = "read:products";
const WRITE: &str = "write:products";

/// A product has five short fields.
const LARGEST_BODY: usize = 16 * 1024;

/// No request takes longer than this, its body included.
const LONGEST_REQUEST: Duration = Duration::from_secs(15);

#[derive(Clone, Debug, FromRef)]
struct Api {
    verifier: Verifier,
    store: Store,
}

/// All routes, with the layers around them.
pub(crate) fn router(verifier: Verifier, store: Store) -> Router {
    Router::new()
        .route("/products", get(list).post(add))
        .route("/products/{id}", patch(change).delete(remove))
        .route("/openapi.json", get(openapi::show))
        .route("/healthz", get(healthy))
        .fallback(async || Refusal::NoSuchPath)
        .method_not_allowed_fallback(async || Refusal::Method)
        .with_state(Api { verifier, store })
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn(in_time))
        .layer(CatchPanicLayer::custom(answer::panicked))
        .layer(no_sniffing())
        .layer(TraceLayer::new_for_http())
}

/// A user's products.
#[derive(Debug, Serialize)]
struct Products {
    owner: String,
    products: Vec<Product>,
}

/// `GET /products`
async fn list(State(store): State<Store>, token: Bearer) -> Result<impl IntoResponse, Refusal> {
    token.require_scope(READ)?;
    let products = store.list(Owner::of(&token)).await?;
    Ok(private(Json(Products {
        owner: token.subject().to_owned(),
        products,
    })))
}

/// `POST /products`
async fn add(
    State(store): State<Store>,
    token: Bearer,
    body: Result<JsonObject, Refusal>,
) -> Result<impl IntoResponse, Refusal> {
    token.require_scope(WRITE)?;
    let details = Draft::from_json(body?.0)?.complete()?;
    let product = store
        .add(Owner::of(&token), &details)
        .await?
        .ok_or(Refusal::TooMany)?;
    let location = [(LOCATION, format!("/products/{}", product.id))];
    Ok(private((StatusCode::CREATED, location, Json(product))))
}

/// `PATCH /products/{id}`
async fn change(
    State(store): State<Store>,
    token: Bearer,
    id: Result<Path<String>, PathRejection>,
    body: Result<JsonObject, Refusal>,
) -> Result<impl IntoResponse, Refusal> {
    token.require_scope(WRITE)?;
    let draft = Draft::from_json(body?.0)?;
    let product = store
        .change(Owner::of(&token), &known(id)?, &draft)
        .await?
        .ok_or(Refusal::NoSuchProduct)?;
    Ok(private(Json(product)))
}

/// `DELETE /products/{id}`
async fn remove(
    State(store): State<Store>,
    token: Bearer,
    id: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Refusal> {
    token.require_scope(WRITE)?;
    let found = store.remove(Owner::of(&token), &known(id)?).await?;
    if found {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::NoSuchProduct)
    }
}

/// `GET /healthz`
async fn healthy() -> &'static str {
    "ok\n"
}

/// An id that is no text is no product's id.
fn known(id: Result<Path<String>, PathRejection>) -> Result<String, Refusal> {
    id.map(|Path(id)| id).map_err(|_| Refusal::NoSuchProduct)
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

fn no_sniffing() -> SetResponseHeaderLayer<HeaderValue> {
    let name: HeaderName = X_CONTENT_TYPE_OPTIONS;
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static("nosniff"))
}
