//! The routes. Each handler checks the scope, reads the input, and works on the rows of the token's user.

use api_support::{ApiError, Owner, private, with_layers};
use axum::{
    Json, Router,
    extract::{
        FromRef, Path, State,
        rejection::{JsonRejection, PathRejection},
    },
    http::{StatusCode, header::LOCATION},
    response::IntoResponse,
    routing::{get, patch},
};
use axum_auth0_bearer::{VerifiedToken, Verifier};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    errors::{NO_SUCH_PRODUCT, TOO_MANY_PRODUCTS},
    product::Product,
    product_input::ProductInput,
    store::Store,
};

const READ: &str = "read:products";
const WRITE: &str = "write:products";

/// All scopes of this API.
pub(crate) const SCOPES: [&str; 2] = [READ, WRITE];

#[derive(Clone, Debug, FromRef)]
struct AppState {
    verifier: Verifier,
    store: Store,
}

type JsonObject = Result<Json<Map<String, Value>>, JsonRejection>;

/// Returns all routes, with the layers around them.
pub(crate) fn router(verifier: Verifier, store: Store) -> Router {
    let routes = Router::new()
        .route("/products", get(list).post(create))
        .route("/products/{id}", patch(update).delete(delete))
        .merge(verifier.metadata_router())
        .with_state(AppState { verifier, store });
    with_layers(routes, include_str!("openapi.json"))
}

/// A user's products.
#[derive(Debug, Serialize)]
struct Products {
    owner: String,
    products: Vec<Product>,
}

/// `GET /products`
async fn list(
    State(store): State<Store>,
    token: VerifiedToken,
) -> Result<impl IntoResponse, ApiError> {
    token.require_scope(READ)?;
    let products = store.list(Owner::of(&token)).await?;
    Ok(private(Json(Products {
        owner: token.subject().to_owned(),
        products,
    })))
}

/// `POST /products`
async fn create(
    State(store): State<Store>,
    token: VerifiedToken,
    body: JsonObject,
) -> Result<impl IntoResponse, ApiError> {
    token.require_scope(WRITE)?;
    let Json(fields) = body?;
    let details = ProductInput::from_json(fields)?.require_all()?;
    let product = store
        .insert(Owner::of(&token), &details)
        .await?
        .ok_or(TOO_MANY_PRODUCTS)?;
    let location = [(LOCATION, format!("/products/{}", product.id))];
    Ok(private((StatusCode::CREATED, location, Json(product))))
}

/// `PATCH /products/{id}`
async fn update(
    State(store): State<Store>,
    token: VerifiedToken,
    id: Result<Path<String>, PathRejection>,
    body: JsonObject,
) -> Result<impl IntoResponse, ApiError> {
    token.require_scope(WRITE)?;
    let Json(fields) = body?;
    let input = ProductInput::from_json(fields)?;
    let product = store
        .update(Owner::of(&token), &product_id(id)?, &input)
        .await?
        .ok_or(NO_SUCH_PRODUCT)?;
    Ok(private(Json(product)))
}

/// `DELETE /products/{id}`
async fn delete(
    State(store): State<Store>,
    token: VerifiedToken,
    id: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, ApiError> {
    token.require_scope(WRITE)?;
    if store.delete(Owner::of(&token), &product_id(id)?).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(NO_SUCH_PRODUCT)
    }
}

/// Returns the id in the path. A path segment that is not UTF-8 is no product's id.
fn product_id(id: Result<Path<String>, PathRejection>) -> Result<String, ApiError> {
    id.map(|Path(id)| id).map_err(|_| NO_SUCH_PRODUCT)
}
