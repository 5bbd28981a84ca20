//! Whether the sender of a token possesses what it is bound to.

use super::{
    confirmation::Confirmation,
    dpop::ProofRequest,
    error_kind::BearerErrorKind,
    presented_token::{AcceptedProof, PresentedToken, Scheme},
    rejection::Rejection,
    verifier::Verifier,
};

impl Verifier {
    /// Checks that a bound token comes with its proof or its certificate, and that a bearer token is accepted here.
    ///
    /// - `issuer`: of the token.
    /// - `now`: seconds since 1970-01-01T00:00:00Z.
    pub(super) fn check_possession(
        &self,
        confirmation: &Confirmation,
        presented: PresentedToken<'_>,
        issuer: &str,
        now: i64,
    ) -> Result<(), Rejection> {
        check_certificate(confirmation, presented)?;
        let dpop = self.0.dpop.as_ref();
        match (&confirmation.key, presented.scheme, dpop, presented.request) {
            (Some(thumbprint), Scheme::Dpop, Some(dpop), Some(parts)) => {
                dpop.check(&ProofRequest {
                    method: &parts.method,
                    path: PresentedToken::path(parts),
                    headers: &parts.headers,
                    token: presented.token,
                    issuer,
                    thumbprint,
                    now,
                    leeway: self.0.leeway,
                    is_accepted: AcceptedProof::is_recorded(parts),
                })
            }
            // RFC 9449 §7.1: a bound token is no bearer token.
            (Some(_), ..) => Err(Rejection::claim(
                BearerErrorKind::SenderConstrained,
                "cnf",
                "is there",
            )),
            (None, Scheme::Dpop, ..) => Err(BearerErrorKind::NotBoundToKey.into()),
            (None, Scheme::Bearer, Some(dpop), _) if dpop.is_required() => {
                Err(BearerErrorKind::NotBoundToKey.into())
            }
            (None, Scheme::Bearer, ..) => Ok(()),
        }
    }
}

/// RFC 8705 §3.
fn check_certificate(
    confirmation: &Confirmation,
    presented: PresentedToken<'_>,
) -> Result<(), Rejection> {
    let Some(bound_to) = &confirmation.certificate else {
        return Ok(());
    };
    match presented.certificate() {
        Some(certificate) if certificate.thumbprint() == bound_to => Ok(()),
        Some(_) => Err(Rejection::claim(
            BearerErrorKind::SenderConstrained,
            "cnf",
            "is there, with another client certificate than that of the request",
        )),
        None => Err(Rejection::claim(
            BearerErrorKind::SenderConstrained,
            "cnf",
            "is there, with a client certificate, which the request does not have",
        )),
    }
}
