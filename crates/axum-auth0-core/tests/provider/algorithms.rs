//! The algorithms of the code under test, as jsonwebtoken calls them.

use axum_auth0_core::jwt::Algorithm;

/// Every algorithm that the code under test knows has a name that jsonwebtoken knows too.
pub(crate) fn implementation(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    algorithm.name().parse().unwrap()
}
