//! How a framework reports that a request needs another login.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::HeaderName;

use crate::{
    config::Routes,
    return_to::ReturnTo,
    step_up::{StepUp, StepUpRequired},
};

/// Response header with the login that a script has to open. Its form waits at the server, and is sent after that login.
pub const STEP_UP_HEADER: HeaderName = HeaderName::from_static("auth0-step-up");

/// Reports that a request needs a more recent or a stronger login, where the error itself cannot carry a
/// [`StepUpRequired`] to the engine's layers, as in a server function. A request extension of signed-in users below the
/// engine's layers.
#[derive(Clone)]
pub struct StepUpRequests(Arc<Shared>);

struct Shared {
    routes: Arc<Routes>,
    return_to: ReturnTo,
    /// The organization of the user, in which the login stays.
    organization: Option<String>,
    demanded: Mutex<Option<(StepUpRequired, Option<String>)>>,
}

impl StepUpRequests {
    pub(super) fn new(
        routes: Arc<Routes>,
        return_to: ReturnTo,
        organization: Option<String>,
    ) -> Self {
        Self(Arc::new(Shared {
            routes,
            return_to,
            organization,
            demanded: Mutex::default(),
        }))
    }

    /// Returns the path and query of the login that satisfies `step_up`. After it, the form of this request is sent, if it
    /// has one and [`Self::demand`] was called; otherwise the login returns to the page.
    #[must_use]
    pub fn login_url(&self, step_up: &StepUp) -> String {
        let mut parameters = step_up.login_parameters();
        let organization = self.0.organization.clone();
        parameters.extend(organization.map(|organization| ("organization", organization)));
        self.0.routes.login_url_with(&self.0.return_to, &parameters)
    }

    /// Reports that the response is an error because the login does not satisfy `step_up`. The engine keeps the form of the
    /// request, and redirects a navigation to the login.
    ///
    /// `error` is the error in the encoding of the framework; the page of the form gets it if the user does not send the
    /// form after the login ([`FailedForms`](crate::FailedForms)).
    pub fn demand(&self, step_up: StepUp, error: Option<&str>) {
        let demand = (StepUpRequired(step_up), error.map(str::to_owned));
        *self.demanded() = Some(demand);
    }

    pub(super) fn take(&self) -> Option<(StepUpRequired, Option<String>)> {
        self.demanded().take()
    }

    fn demanded(&self) -> MutexGuard<'_, Option<(StepUpRequired, Option<String>)>> {
        let demanded = self.0.demanded.lock();
        demanded.unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for StepUpRequests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepUpRequests").finish_non_exhaustive()
    }
}
