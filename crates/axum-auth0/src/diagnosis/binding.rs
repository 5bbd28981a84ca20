//! Examines whether an access token is bound to a key.

use super::{Diagnosis, Expectation};
use crate::{config::TokenFormat, jwt};

/// Checks that `cnf.jkt` of `token` is `thumbprint` (RFC 9449 §6.1). A token of an opaque format is not read.
///
/// # Errors
///
/// [`Diagnosis::NotBoundToKey`].
pub(crate) fn check_binding(
    token: &str,
    thumbprint: &str,
    expected: &Expectation<'_>,
) -> Result<(), Diagnosis> {
    if expected.api.token_format == TokenFormat::Opaque {
        return Ok(());
    }
    let claims = jwt::decode_unverified(token).ok();
    let found = claims
        .as_ref()
        .and_then(|claims| claims.unverified().get("cnf")?.get("jkt")?.as_str());
    if found == Some(thumbprint) {
        return Ok(());
    }
    Err(Diagnosis::NotBoundToKey {
        audience: expected.api.audience.clone().unwrap_or_default(),
        is_other_key: found.is_some(),
    })
}
