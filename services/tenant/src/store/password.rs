//! Password hashing.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};

use crate::error::OpenError;

/// Argon2 parameters: memory in KiB, and passes. Low values keep debug builds fast, and these passwords are not secret: a banner
/// prints them.
const MEMORY_KIB: u32 = 256;
const PASSES: u32 = 1;

/// Returns the Argon2id hash of a password, in the PHC string format.
pub(super) fn hash(password: &str) -> Result<String, OpenError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|_| OpenError::Password)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|_| OpenError::Password)
}

/// Returns whether `hash` is a hash of `password`.
pub(super) fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|parsed| {
        Argon2::default()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok()
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_matches_its_hash() {
        let stored = hash("local-only").unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify("local-only", &stored));
        assert!(!verify("local-onlY", &stored));
        assert!(!verify("", &stored));
        assert!(!verify("local-only", "not a hash"));
    }
}
