//! Checks the client certificate: that it is valid, and that the provider takes it in a TLS handshake (RFC 8705). That the files
//! can be read and belong together, the configuration has checked.

use http::Request;
use x509_parser::{pem::Pem, time::ASN1Time};

use super::{Check, Problem, context::CheckContext, problem::sentence};
use axum_auth0::{
    config::{CertificateFiles, ClientCredentials, Config},
    http_client::HttpError,
    provider::Metadata,
};

const CERTIFICATE: &str = "client_certificate";
const HANDSHAKE: &str = "mtls";
const VARIABLE: &str = "AUTH0_MTLS_CERTIFICATE_FILE";

/// Seconds before the expiry of the certificate at which a warning begins.
const RENEWAL_NOTICE: i64 = 14 * 24 * 60 * 60;

pub(super) fn ids(config: &Config) -> &'static [&'static str] {
    match config.client_credentials() {
        ClientCredentials::Certificate(_) => &[CERTIFICATE, HANDSHAKE],
        _ => &[],
    }
}

pub(super) async fn check(context: &CheckContext) -> Vec<Check> {
    let ClientCredentials::Certificate(files) = context.config().client_credentials() else {
        return Vec::new();
    };
    let mut checks = vec![certificate(files, context.clock().unix_seconds())];
    match context.metadata().await {
        Some(metadata) => {
            checks.push(handshake(context, files, &metadata).await);
            checks.extend(bound_tokens(context.config(), &metadata));
        }
        None => checks.push(Check::skipped(
            HANDSHAKE,
            "Not checked: the provider's metadata is unavailable.",
        )),
    }
    checks
}

/// Checks the validity of the certificate and of those of its issuers in the same file.
fn certificate(files: &CertificateFiles, now: i64) -> Check {
    let validity = std::fs::read(files.certificate())
        .ok()
        .and_then(|pem| validity(&pem));
    let Some((begins, ends)) = validity else {
        return Check::skipped(
            CERTIFICATE,
            format!(
                "Could not be checked: the dates of the certificate of {VARIABLE} cannot be read."
            ),
        );
    };
    let renew = format!(
        "Renew the certificate, register it at the provider if it is registered there itself (Auth0 dashboard > Applications > \
         your application > Credentials), and write it to the file that {VARIABLE} names, its key to that of AUTH0_MTLS_KEY_FILE. \
         A restart is not needed."
    );
    if now < begins.timestamp() {
        return Check::problem(
            CERTIFICATE,
            "The client certificate is not valid yet.",
            Problem::new(
                "certificate_not_yet_valid",
                format!("The certificate of {VARIABLE} is valid from {begins}."),
                "Set the clock of this server by NTP, or use a certificate that is valid.",
            ),
        );
    }
    let left = ends.timestamp() - now;
    if left <= 0 {
        return Check::problem(
            CERTIFICATE,
            "The client certificate has expired, so no login works.",
            Problem::new(
                "certificate_expired",
                format!(
                    "The certificate of {VARIABLE}, or one of its issuers there, was valid until {ends}."
                ),
                renew,
            ),
        );
    }
    if left <= RENEWAL_NOTICE {
        let days = left / (24 * 60 * 60);
        return Check::warning(
            CERTIFICATE,
            format!("The client certificate expires in {days} days."),
            Problem::new(
                "certificate_expires_soon",
                format!(
                    "The certificate of {VARIABLE}, or one of its issuers there, is valid until {ends}."
                ),
                renew,
            ),
        );
    }
    Check::ok(
        CERTIFICATE,
        format!("The client certificate belongs to its key, and is valid until {ends}."),
    )
}

/// Returns the dates between which every certificate in `pem` is valid.
fn validity(pem: &[u8]) -> Option<(ASN1Time, ASN1Time)> {
    let mut common: Option<(ASN1Time, ASN1Time)> = None;
    for block in Pem::iter_from_buffer(pem) {
        let block = block.ok()?;
        if block.label != "CERTIFICATE" {
            continue;
        }
        let parsed = block.parse_x509().ok()?;
        let (begins, ends) = (parsed.validity().not_before, parsed.validity().not_after);
        common = Some(match common {
            Some((first, last)) => (first.max(begins), last.min(ends)),
            None => (begins, ends),
        });
    }
    common
}

/// Connects to the token endpoint with the certificate. The client check shows whether the provider accepts it as that of this
/// application.
async fn handshake(context: &CheckContext, files: &CertificateFiles, metadata: &Metadata) -> Check {
    let alias = metadata
        .mtls_endpoint_aliases
        .as_ref()
        .and_then(|aliases| aliases.token_endpoint.as_ref());
    if metadata.mtls_endpoint_aliases.is_none() && !announces_method(metadata) {
        return not_supported(
            "its metadata has neither mtls_endpoint_aliases nor tls_client_auth in token_endpoint_auth_methods_supported",
        );
    }
    let Some(endpoint) = alias.or(metadata.token_endpoint.as_ref()) else {
        return not_supported("its metadata has no token endpoint");
    };
    if endpoint.scheme() != "https" {
        return not_supported(&format!("its token endpoint {endpoint} has no TLS"));
    }
    let Ok(request) = Request::get(endpoint.as_str()).body(Vec::new()) else {
        return not_supported(&format!("its token endpoint {endpoint} is no URL"));
    };
    let sent = match context.http_client().with_tls(files.initial().clone()) {
        Ok(client) => client.send(request).await,
        Err(error) => Err(error),
    };
    match sent {
        Ok(_) | Err(HttpError::TooLarge { .. }) => Check::ok(
            HANDSHAKE,
            format!(
                "The provider takes the client certificate in the TLS handshake at {endpoint}."
            ),
        ),
        Err(error @ (HttpError::Connect { .. } | HttpError::Interrupted { .. })) => Check::problem(
            HANDSHAKE,
            "There is no TLS connection to the provider with the client certificate.",
            Problem::new(
                "mtls_handshake",
                sentence(&error),
                format!(
                    "If it does not know the issuer of the certificate, let the provider, or the proxy before it, trust that \
                     authority, or add the certificates in between to the file of {VARIABLE}. If this server does not know the \
                     issuer of the provider's own certificate, set AUTH0_MTLS_CA_FILE."
                ),
            ),
        ),
        Err(error) => Check::skipped(HANDSHAKE, format!("Could not be checked: {error}.")),
    }
}

fn announces_method(metadata: &Metadata) -> bool {
    let methods = metadata
        .token_endpoint_auth_methods_supported
        .iter()
        .flatten();
    methods
        .into_iter()
        .any(|method| ["tls_client_auth", "self_signed_tls_client_auth"].contains(&method.as_str()))
}

fn not_supported(why: &str) -> Check {
    Check::problem(
        HANDSHAKE,
        "The provider does not take client certificates, so no login works.",
        Problem::new(
            "mtls_not_supported",
            format!("AUTH0_MTLS is true, but {why}."),
            "Let the provider announce its endpoints for client certificates (Auth0 dashboard > Settings > Advanced > Allow mTLS \
             endpoint aliases, with a custom domain), or set AUTH0_MTLS=false and AUTH0_CLIENT_SECRET or \
             AUTH0_CLIENT_ASSERTION_SIGNING_KEY.",
        ),
    )
}

fn bound_tokens(config: &Config, metadata: &Metadata) -> Option<Check> {
    if !config.binds_tokens_to_certificate() {
        return None;
    }
    let id = "certificate_bound_tokens";
    if metadata.tls_client_certificate_bound_access_tokens {
        let summary =
            "The provider supports access tokens that are bound to the client certificate.";
        return Some(Check::ok(id, summary));
    }
    Some(Check::warning(
        id,
        "The provider does not announce access tokens that are bound to the client certificate.",
        Problem::new(
            "certificate_binding_not_announced",
            "AUTH0_MTLS_BOUND_ACCESS_TOKENS is true, and its metadata has no tls_client_certificate_bound_access_tokens. If it issues \
             bearer tokens, every login fails.",
            "Let the provider bind access tokens to the certificate (Auth0 dashboard > Applications > APIs > your API > Settings > \
             Token Sender-Constraining: mTLS), or set AUTH0_MTLS_BOUND_ACCESS_TOKENS=false.",
        ),
    ))
}
