//! The body of a request: kept if it is small enough to be repeated, streamed otherwise.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Error,
    body::{Body, Bytes, HttpBody as _, to_bytes},
};
use futures::{StreamExt as _, TryStreamExt as _, future};
use http::{HeaderMap, header};
use tokio::time::timeout;

use super::refusal::Refusal;
use crate::http_client::RequestBody;

/// Maximum size of a body that is kept in memory in order to repeat the request, in bytes.
const MAX_REPEATABLE: usize = 64 * 1024;

/// The body of a request.
pub(super) enum ForwardedBody {
    /// It can be sent again.
    Repeatable(Bytes),
    /// It can be sent once.
    Streamed {
        body: Option<Body>,
        limit: u64,
        /// Whether the client sent more than the limit.
        is_too_large: Arc<AtomicBool>,
    },
}

impl ForwardedBody {
    /// Reads a body whose length is known and small.
    pub(super) async fn read(
        headers: &HeaderMap,
        body: Body,
        limit: u64,
        time: Duration,
    ) -> Result<Self, Refusal> {
        let length = length(headers, &body);
        if length.is_some_and(|length| length > limit) {
            return Err(Refusal::TooLarge);
        }
        if length.is_some_and(|length| length <= MAX_REPEATABLE as u64) {
            let bytes = timeout(time, to_bytes(body, MAX_REPEATABLE)).await;
            return match bytes {
                Ok(Ok(bytes)) => Ok(Self::Repeatable(bytes)),
                _ => Err(Refusal::Incomplete),
            };
        }
        Ok(Self::Streamed {
            body: Some(body),
            limit,
            is_too_large: Arc::default(),
        })
    }

    pub(super) fn is_repeatable(&self) -> bool {
        matches!(self, Self::Repeatable(_))
    }

    /// Returns whether the client sent more than the limit while the body was streamed.
    pub(super) fn is_too_large(&self) -> bool {
        match self {
            Self::Repeatable(_) => false,
            Self::Streamed { is_too_large, .. } => is_too_large.load(Ordering::Relaxed),
        }
    }

    /// Returns the body for an attempt. A streamed body is empty in a second one, which there is none of.
    pub(super) fn take(&mut self) -> RequestBody {
        match self {
            Self::Repeatable(bytes) => bytes.clone().into(),
            Self::Streamed {
                body,
                limit,
                is_too_large,
            } => {
                let (mut left, is_too_large) = (*limit, Arc::clone(is_too_large));
                let body = body.take().unwrap_or_default().into_data_stream();
                RequestBody::stream(
                    body.and_then(move |chunk| {
                        let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
                        let result = left.checked_sub(length).map(|rest| left = rest);
                        future::ready(result.map(|()| chunk).ok_or_else(|| {
                            is_too_large.store(true, Ordering::Relaxed);
                            Error::new("the body is too large")
                        }))
                    })
                    .boxed(),
                )
            }
        }
    }
}

/// Returns the length of a body, if the client announced it.
fn length(headers: &HeaderMap, body: &Body) -> Option<u64> {
    let announced = headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse().ok());
    announced.or_else(|| body.size_hint().exact())
}
