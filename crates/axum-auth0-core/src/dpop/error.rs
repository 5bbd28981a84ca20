//! Errors of proofs.

/// The reason why a proof is refused, apart from its claims (RFC 9449 §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The proof is not a JWT, or too long.
    #[error("is not a JWT")]
    Malformed,
    /// `typ` is not `dpop+jwt`.
    #[error("has another typ than dpop+jwt")]
    MediaType,
    /// `alg` is not an accepted asymmetric algorithm.
    #[error("is signed with an algorithm that is not accepted")]
    Algorithm,
    /// `jwk` is missing, is not a public key, contains a private key, or is of another kind than `alg` needs.
    #[error("has no public key (jwk) of the kind that its algorithm needs")]
    Key,
    /// The signature does not verify with `jwk`.
    #[error("has a wrong signature")]
    Signature,
}
