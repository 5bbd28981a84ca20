//! [`SignedInUser::api`].

use super::ApiClient;
use crate::{config::Api, session::SignedInUser};

impl SignedInUser {
    /// Returns a client of the API `A` that calls it for this user, with the user's token, within the trace of the
    /// current request (W3C Trace Context).
    pub fn api<A: Api>(&self) -> ApiClient<A> {
        ApiClient::new(self.clone())
    }
}
