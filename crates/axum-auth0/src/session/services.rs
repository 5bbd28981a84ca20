//! Dependencies of the methods of a [`SignedInUser`](super::SignedInUser).

use super::UserSessions;
use crate::{
    api_transport::ApiTransport,
    authorization::ClaimNames,
    dpop::DpopSigner,
    page_user::PageUserTags,
    tokens::{ApiRegistry, Tokens},
};

/// Dependencies of the methods of a [`SignedInUser`](super::SignedInUser), shared by all users.
#[derive(Debug)]
pub(crate) struct UserServices {
    pub(crate) tokens: Tokens,
    pub(crate) apis: ApiRegistry,
    pub(crate) transport: ApiTransport,
    pub(crate) dpop: DpopSigner,
    pub(crate) sessions: UserSessions,
    pub(crate) page_users: PageUserTags,
    /// Names of further claims that pages may contain.
    pub(crate) public_claims: Vec<String>,
    /// The claims with roles and permissions.
    pub(crate) claim_names: ClaimNames,
}
