//! The client of the products API: one user, one token, four calls.

use super::{
    apis::ProductsApi,
    check::NewProduct,
    products_answer::{Failure, read_answer, read_failure},
};
use crate::{AppError, api::products::Products};
use axum_auth0::{
    AccessToken, SignedInUser, TokenOptions,
    outbound::{Outbound, OutboundOptions},
};
use bytes::Bytes;
use http::{Method, Request, Response, header};
use leptos_auth0::AuthError;
use serde::Serialize;
use std::{sync::OnceLock, time::Duration};
use url::Url;

/// The API's own identifiers are far shorter.
const LONGEST_ID: usize = 200;

/// Calls the products API for one user.
pub(crate) struct ProductsClient<'u> {
    user: &'u SignedInUser,
    token: AccessToken<ProductsApi>,
}

impl<'u> ProductsClient<'u> {
    pub(crate) fn new(user: &'u SignedInUser, token: AccessToken<ProductsApi>) -> Self {
        Self { user, token }
    }

    /// The user's products.
    pub(crate) async fn list(&self) -> Result<Products, AppError> {
        let answer = match send(&self.token, Method::GET, &[], None).await {
            // The token looked good here, but not there; it may have been revoked. A read can be repeated.
            Err(Failure::TokenRefused { .. }) => {
                let fresh = TokenOptions {
                    force_refresh: true,
                    ..TokenOptions::default()
                };
                let token = self.user.access_token_with(fresh).await?;
                send(&token, Method::GET, &[], None)
                    .await
                    .map_err(|failure| failure.explained_by(&token))?
            }
            answer => answer.map_err(|failure| failure.explained_by(&self.token))?,
        };
        read_answer(answer.body())
    }

    /// Adds a product.
    pub(crate) async fn add(&self, product: &NewProduct) -> Result<(), AppError> {
        self.change(Method::POST, &[], Some(json(product)?)).await
    }

    /// Gives the product `id` another name.
    pub(crate) async fn rename(&self, id: &str, name: &str) -> Result<(), AppError> {
        #[derive(Serialize)]
        struct Renamed<'n> {
            name: &'n str,
        }
        self.change(
            Method::PATCH,
            &[checked(id)?],
            Some(json(&Renamed { name })?),
        )
        .await
    }

    /// Deletes the product `id`.
    pub(crate) async fn delete(&self, id: &str) -> Result<(), AppError> {
        self.change(Method::DELETE, &[checked(id)?], None).await
    }

    /// A call that changes something is sent once.
    async fn change(
        &self,
        method: Method,
        path: &[&str],
        body: Option<Vec<u8>>,
    ) -> Result<(), AppError> {
        match send(&self.token, method, path, body).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(failure.explained_by(&self.token)),
        }
    }
}

/// Sends one request below `/products` of the API that the token is for, and nowhere else.
async fn send(
    token: &AccessToken<ProductsApi>,
    method: Method,
    path: &[&str],
    body: Option<Vec<u8>>,
) -> Result<Response<Bytes>, Failure> {
    let mut request = Request::builder()
        .method(method)
        .uri(address(token.base_url(), path).as_str())
        .header(header::ACCEPT, "application/json")
        .header(
            header::AUTHORIZATION,
            token.authorization().map_err(AppError::from)?,
        );
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let request = request.body(body.unwrap_or_default()).map_err(|error| {
        tracing::error!(%error, "a request to the products API could not be built");
        AppError::Auth(AuthError::Internal)
    })?;
    let answer = outbound()?.send(request).await.map_err(Failure::from)?;
    if answer.status().is_success() {
        Ok(answer)
    } else {
        Err(read_failure(&answer))
    }
}

/// `BASE/products` and the segments of `path`, each percent-encoded.
fn address(base: &Url, path: &[&str]) -> Url {
    let mut address = base.clone();
    if let Ok(mut segments) = address.path_segments_mut() {
        segments.pop_if_empty().push("products").extend(path);
    }
    address
}

/// An identifier that can be a segment of a path; anything else names no product.
fn checked(id: &str) -> Result<&str, AppError> {
    if id.is_empty() || id == "." || id == ".." || id.len() > LONGEST_ID {
        Err(AppError::NotFound)
    } else {
        Ok(id)
    }
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, AppError> {
    serde_json::to_vec(value).map_err(|_| AppError::Auth(AuthError::Internal))
}

/// One client for all requests: its connections are reused. No redirects; bounded in time and size.
fn outbound() -> Result<Outbound, Failure> {
    static OUTBOUND: OnceLock<Outbound> = OnceLock::new();
    if let Some(outbound) = OUTBOUND.get() {
        return Ok(outbound.clone());
    }
    let outbound = Outbound::new(OutboundOptions {
        connect_timeout: Duration::from_secs(2),
        total_timeout: Duration::from_secs(5),
        ..OutboundOptions::default()
    })?;
    Ok(OUTBOUND.get_or_init(|| outbound).clone())
}

#[cfg(test)]
mod tests {
    use super::{address, checked};
    use crate::AppError;
    use url::Url;

    #[test]
    fn an_identifier_stays_one_segment_of_the_path() {
        for (base, id, expected) in [
            (
                "http://127.0.0.1:4001/",
                "p1",
                "http://127.0.0.1:4001/products/p1",
            ),
            (
                "https://api.example.com/v2/",
                "p1",
                "https://api.example.com/v2/products/p1",
            ),
            (
                "https://api.example.com/",
                "../users",
                "https://api.example.com/products/..%2Fusers",
            ),
            (
                "https://api.example.com/",
                "a?b#c",
                "https://api.example.com/products/a%3Fb%23c",
            ),
            (
                "https://api.example.com/",
                "//evil.example",
                "https://api.example.com/products/%2F%2Fevil.example",
            ),
        ] {
            let base: Url = base.parse().expect("a URL of this test");
            assert_eq!(address(&base, &[id]).as_str(), expected);
        }
    }

    #[test]
    fn what_cannot_be_an_identifier_names_no_product() {
        for id in ["", ".", "..", &"x".repeat(201)] {
            assert_eq!(checked(id), Err(AppError::NotFound), "{id:?}");
        }
        assert_eq!(checked("p1"), Ok("p1"));
    }
}
