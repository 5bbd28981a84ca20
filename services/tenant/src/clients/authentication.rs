//! Client authentication with `client_secret_basic` or `client_secret_post` (RFC 6749 §2.3.1), with a private key, or
//! with a certificate.

use axum::http::{HeaderMap, StatusCode, header::AUTHORIZATION};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{assertion, certificate};
use crate::{
    http::{OAuthError, Parameters},
    mutual_tls::TlsPeer,
    state::AppState,
    store::applications::{self, Application},
};

/// Authenticates the application that sent a request. Acquires a connection, so the caller must not hold one.
pub(crate) async fn authenticate(
    state: &AppState,
    peer: &TlsPeer,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<Application, OAuthError> {
    let mut connection = state.store.connection().await?;
    let basic = headers.contains_key(AUTHORIZATION);
    if assertion::is_sent(parameters) {
        // RFC 6749 §2.3: a request must not use more than one method.
        if basic || parameters.get("client_secret").is_some() {
            return Err(OAuthError::invalid_request(
                "The request has a client assertion and a client secret.",
            ));
        }
        return assertion::authenticate(state, &mut connection, parameters).await;
    }
    // RFC 8705 §2: the parameter client_id says whose certificate it is.
    if !basic
        && parameters.get("client_secret").is_none()
        && let Some(application) =
            certificate::authenticate(state, &mut connection, parameters, peer).await?
    {
        return Ok(application);
    }
    let (client_id, secret) = if basic {
        // RFC 6749 §2.3: a request must not use more than one method.
        if parameters.get("client_secret").is_some() {
            return Err(OAuthError::invalid_request(
                "The client secret was sent twice: in the header and in the body.",
            ));
        }
        basic_credentials(headers).ok_or_else(|| OAuthError::invalid_client(true))?
    } else {
        (
            parameters
                .get_owned("client_id")
                .ok_or_else(|| OAuthError::invalid_client(false))?,
            parameters
                .get_owned("client_secret")
                .ok_or_else(|| OAuthError::invalid_client(false))?,
        )
    };
    if parameters
        .get("client_id")
        .is_some_and(|sent| sent != client_id)
    {
        return Err(OAuthError::invalid_request(
            "The client ID in the body is not the one in the header.",
        ));
    }
    let application = applications::find_with_secret(&mut connection, &client_id, &secret)
        .await?
        .ok_or_else(|| OAuthError::invalid_client(basic))?;
    // Like at Auth0, an application has one authentication method.
    if !application.client_certificates.is_empty() {
        Err(OAuthError::new(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "The application has a client certificate, so it must authenticate with mutual TLS.",
        ))
    } else if application.public_keys.is_empty() {
        Ok(application)
    } else {
        Err(OAuthError::new(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "The application has a public key, so it must authenticate with private_key_jwt.",
        ))
    }
}

/// Returns the client ID and secret of a Basic header. The client form-encodes both before it joins them.
fn basic_credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (client_id, secret) = decoded.split_once(':')?;
    Some((form_decode(client_id)?, form_decode(secret)?))
}

fn form_decode(text: &str) -> Option<String> {
    // Decode the text as a form of one name without a value. An encoded value contains no `&` or `=`.
    if text.contains(['&', '=']) {
        return None;
    }
    let mut pairs = url::form_urlencoded::parse(text.as_bytes());
    pairs.next().map(|(name, _)| name.into_owned())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn header(credentials: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(
            AUTHORIZATION,
            format!("basic {}", STANDARD.encode(credentials))
                .parse()
                .unwrap(),
        );
        headers
    }

    #[test]
    fn basic_credentials_are_form_decoded() {
        assert_eq!(
            basic_credentials(&header("my+app:a%3Ab%2Bc%25")),
            Some(("my app".to_owned(), "a:b+c%".to_owned()))
        );
    }

    #[test]
    fn other_schemes_and_malformed_headers_are_rejected() {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, "Bearer abc".parse().unwrap());
        assert_eq!(basic_credentials(&headers), None);
        headers.insert(AUTHORIZATION, "Basic !!!".parse().unwrap());
        assert_eq!(basic_credentials(&headers), None);
        assert_eq!(basic_credentials(&header("no colon")), None);
        assert_eq!(basic_credentials(&header("id:a&b")), None);
    }
}
