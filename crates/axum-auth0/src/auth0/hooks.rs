//! Sets the functions of the application that take part in a login.

use std::future::Future;

use axum::response::Response;

use super::Auth0Builder;
use crate::login::{CallbackOutcome, HookError, NewSession};

impl Auth0Builder {
    /// Sets a function that runs in each login, after the ID token was verified and before the session is stored. It may
    /// change the claims that the session keeps, and add data of the application ([`AppData`](crate::AppData)). It is
    /// `beforeSessionSaved` of nextjs-auth0, and runs at logins only.
    ///
    /// If it returns an error, the user is not signed in: the refresh token is revoked, and the browser gets an error page,
    /// or the response of [`Self::on_callback`].
    ///
    /// ```
    /// use axum_auth0::{AppData, Auth0};
    ///
    /// #[derive(Default, serde::Serialize, serde::Deserialize)]
    /// struct Settings {
    ///     language: String,
    /// }
    ///
    /// impl AppData for Settings {
    ///     const KEY: &'static str = "settings";
    /// }
    ///
    /// # async fn load_settings(subject: &str) -> Result<Settings, std::io::Error> { Ok(Settings::default()) }
    /// let builder = Auth0::builder().before_session_saved(|mut session| async move {
    ///     // Large claims that no page needs.
    ///     session.claims_mut().remove("https://shop.example/permissions");
    ///     let settings = load_settings(session.subject()).await?;
    ///     session.set_data(&settings)?;
    ///     Ok(session)
    /// });
    /// ```
    pub fn before_session_saved<F, R>(mut self, hook: F) -> Self
    where
        F: Fn(NewSession) -> R + Send + Sync + 'static,
        R: Future<Output = Result<NewSession, HookError>> + Send + 'static,
    {
        self.hooks.set_before_session_saved(hook);
        self
    }

    /// Sets a function that receives the outcome of each login, and that may replace the response of the engine: the
    /// redirect to the page of the login, or the page of the error. `None` keeps it. It is `onCallback` of nextjs-auth0.
    ///
    /// A response to a completed login also sets the session cookie. The function does not run for a callback that the
    /// engine restarts, or that a browser repeats after the login was complete. A site that redirects has to keep to its
    /// own pages.
    ///
    /// ```
    /// use axum::response::{IntoResponse as _, Redirect};
    /// use axum_auth0::{Auth0, CallbackOutcome};
    ///
    /// let builder = Auth0::builder().on_callback(|outcome| async move {
    ///     match outcome {
    ///         CallbackOutcome::SignedIn { user, .. } => {
    ///             let is_new = user.claim::<bool>("https://shop.example/is_new")?;
    ///             is_new.then(|| Redirect::to("/welcome").into_response())
    ///         }
    ///         CallbackOutcome::Failed { failure, .. } => {
    ///             let is_denied = failure.provider_error() == Some("access_denied");
    ///             is_denied.then(|| Redirect::to("/register").into_response())
    ///         }
    ///         _ => None,
    ///     }
    /// });
    /// ```
    pub fn on_callback<F, R>(mut self, hook: F) -> Self
    where
        F: Fn(CallbackOutcome) -> R + Send + Sync + 'static,
        R: Future<Output = Option<Response>> + Send + 'static,
    {
        self.hooks.set_on_callback(hook);
        self
    }
}
