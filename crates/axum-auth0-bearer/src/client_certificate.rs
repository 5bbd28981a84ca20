//! The client certificate of a request, for tokens that are bound to one.

use std::fmt;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::digest::{SHA256, digest};

/// The certificate with which the client of a request authenticated at the TLS layer (mutual TLS), as an extension of the
/// request. Access tokens that are bound to a certificate (`cnf` with `x5t#S256`,
/// [RFC 8705 §3](https://www.rfc-editor.org/rfc/rfc8705#section-3)) are accepted only with it.
///
/// What terminates TLS inserts it: the server itself, or a layer that reads the header of a reverse proxy. Such a header is
/// trustworthy only if the proxy removes it from requests that it forwards, and if the API is reachable through the proxy
/// only.
///
/// ```
/// use axum::{extract::Request, middleware::Next, response::Response};
/// use axum_auth0_bearer::ClientCertificate;
///
/// /// For a proxy that sends the certificate as RFC 9440 defines.
/// async fn client_certificate(mut request: Request, next: Next) -> Response {
///     let mut headers = request.headers().get_all("client-cert").iter();
///     // A second one may be from the client.
///     let certificate = match (headers.next(), headers.next()) {
///         (Some(value), None) => value.to_str().ok().and_then(ClientCertificate::from_rfc9440),
///         _ => None,
///     };
///     if let Some(certificate) = certificate {
///         request.extensions_mut().insert(certificate);
///     }
///     next.run(request).await
/// }
/// # let _ = axum::middleware::from_fn::<_, (Request,)>(client_certificate);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    thumbprint: String,
}

impl ClientCertificate {
    /// Takes a certificate in DER, as TLS libraries have it. It is not verified: what terminates TLS has checked that the
    /// client has its private key.
    pub fn from_der(der: &[u8]) -> Self {
        Self {
            thumbprint: URL_SAFE_NO_PAD.encode(digest(&SHA256, der)),
        }
    }

    /// Reads the first certificate in PEM. nginx sends it in `$ssl_client_escaped_cert`, percent-encoded: decode it before.
    pub fn from_pem(pem: &str) -> Option<Self> {
        let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
        let (encoded, _) = rest.split_once("-----END CERTIFICATE-----")?;
        let encoded: String = encoded.split_ascii_whitespace().collect();
        Self::from_base64(&encoded)
    }

    /// Reads the header `Client-Cert` of [RFC 9440](https://www.rfc-editor.org/rfc/rfc9440): DER in Base64, between colons.
    pub fn from_rfc9440(value: &str) -> Option<Self> {
        Self::from_base64(value.trim().strip_prefix(':')?.strip_suffix(':')?)
    }

    fn from_base64(encoded: &str) -> Option<Self> {
        let der = STANDARD.decode(encoded).ok()?;
        (!der.is_empty()).then(|| Self::from_der(&der))
    }

    /// Returns the SHA-256 of the certificate in base64url, as in `x5t#S256`.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ClientCertificate")
            .field(&self.thumbprint)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nAQID\nBAUG\n-----END CERTIFICATE-----\n";

    #[test]
    fn all_encodings_have_the_same_thumbprint() {
        let certificate = ClientCertificate::from_der(&[1, 2, 3, 4, 5, 6]);
        let expected = Some(certificate.clone());
        assert_eq!(ClientCertificate::from_pem(PEM), expected);
        assert_eq!(ClientCertificate::from_rfc9440(" :AQIDBAUG: "), expected);
        assert_eq!(certificate.thumbprint().len(), 43);
        assert_ne!(certificate, ClientCertificate::from_der(&[1]));
    }

    #[test]
    fn what_is_no_certificate_is_none() {
        for text in ["", "AQID", ":AQID", "AQID:", ":!:", "::", PEM] {
            assert_eq!(ClientCertificate::from_rfc9440(text), None, "{text}");
        }
        for text in ["", "AQID", "-----BEGIN CERTIFICATE-----\nAQID", ":AQID:"] {
            assert_eq!(ClientCertificate::from_pem(text), None, "{text}");
        }
    }
}
