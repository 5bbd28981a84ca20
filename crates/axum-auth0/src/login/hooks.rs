//! Functions of the application that take part in a login.

use std::{error::Error, fmt, future::Future, sync::Arc};

use axum::response::Response;
use futures::future::BoxFuture;

use super::{CallbackOutcome, NewSession};

/// The error of a hook. Its text is logged and never sent to the browser.
pub type HookError = Box<dyn Error + Send + Sync>;

type BeforeSessionSaved =
    dyn Fn(NewSession) -> BoxFuture<'static, Result<NewSession, HookError>> + Send + Sync;

type OnCallback = dyn Fn(CallbackOutcome) -> BoxFuture<'static, Option<Response>> + Send + Sync;

/// The hooks of a site. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    before_session_saved: Option<Arc<BeforeSessionSaved>>,
    on_callback: Option<Arc<OnCallback>>,
}

impl Hooks {
    pub(crate) fn set_before_session_saved<F, R>(&mut self, hook: F)
    where
        F: Fn(NewSession) -> R + Send + Sync + 'static,
        R: Future<Output = Result<NewSession, HookError>> + Send + 'static,
    {
        self.before_session_saved = Some(Arc::new(move |session| Box::pin(hook(session))));
    }

    pub(crate) fn set_on_callback<F, R>(&mut self, hook: F)
    where
        F: Fn(CallbackOutcome) -> R + Send + Sync + 'static,
        R: Future<Output = Option<Response>> + Send + 'static,
    {
        self.on_callback = Some(Arc::new(move |outcome| Box::pin(hook(outcome))));
    }

    /// Returns the session as the application changed it.
    ///
    /// # Errors
    ///
    /// If the application refuses the login.
    pub(super) async fn before_session_saved(
        &self,
        session: NewSession,
    ) -> Result<NewSession, HookError> {
        match &self.before_session_saved {
            Some(hook) => hook(session).await,
            None => Ok(session),
        }
    }

    /// Returns the response of the application, if it has one.
    pub(super) async fn on_callback(&self, outcome: CallbackOutcome) -> Option<Response> {
        self.on_callback.as_ref()?(outcome).await
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks")
            .field("before_session_saved", &self.before_session_saved.is_some())
            .field("on_callback", &self.on_callback.is_some())
            .finish()
    }
}
