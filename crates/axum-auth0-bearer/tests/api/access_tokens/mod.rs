//! Access tokens at a route, valid and hostile ones.

mod claims;
mod formats;
mod responses;

use axum::{Router, body::Body, routing::get};
use axum_auth0_bearer::{BearerError, BearerErrorKind, VerifiedToken, Verifier};
use http::{Request, header::AUTHORIZATION};
use serde_json::{Value, json};

use crate::env::{Answer, TestEnv, send};

impl TestEnv {
    async fn verify(&self, changes: Value) -> Result<VerifiedToken, BearerErrorKind> {
        self.verify_as("JWT", changes).await
    }

    async fn verify_as(&self, typ: &str, changes: Value) -> Result<VerifiedToken, BearerErrorKind> {
        let mut header = self.signer.header();
        header["typ"] = json!(typ);
        let token = self
            .signer
            .sign_text(&header.to_string(), &self.claims(changes).to_string());
        self.verifier
            .verify(&token)
            .await
            .map_err(|error| error.kind().clone())
    }

    async fn rejection_kind(&self, changes: Value) -> Option<BearerErrorKind> {
        self.verify(changes).await.err()
    }
}

/// Sends a request with these `Authorization` headers to a route that requires `read:products`.
async fn request(verifier: &Verifier, headers: &[&str]) -> Answer {
    async fn handler(token: VerifiedToken) -> Result<String, BearerError> {
        token.require_scope("read:products")?;
        Ok(format!("\"{}\"", token.subject()))
    }
    let router: Router = Router::new()
        .route("/", get(handler))
        .with_state(verifier.clone());
    let mut request = Request::get("/?access_token=query");
    for header in headers {
        request = request.header(AUTHORIZATION, *header);
    }
    send(&router, request.body(Body::empty()).unwrap()).await
}
