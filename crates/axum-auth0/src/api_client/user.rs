//! [`SignedInUser::api`].

use super::ApiClient;
use crate::{config::Api, session::SignedInUser};

impl SignedInUser {
    /// Returns a client of the API `A` for this user. Its calls use the user's token and belong to the trace of the
    /// current request (W3C Trace Context).
    pub fn api<A: Api>(&self) -> ApiClient<A> {
        ApiClient::new(self.clone())
    }
}
