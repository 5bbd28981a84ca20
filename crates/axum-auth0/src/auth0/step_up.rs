//! Guards that require a recent or a strong login, and the route that sends a form after it.

use std::sync::Arc;

use axum::{Router, middleware::from_fn_with_state, routing};
use tower::ServiceBuilder;

use super::{Auth0, Auth0Builder, router::head_not_allowed};
use crate::{
    failed_form::FailedForms,
    guard,
    resume::{self, ResumeState},
    step_up::StepUp,
};

impl Auth0Builder {
    /// Adds pages that require a signed-in user whose login satisfies `step_up`, including all paths below them: a recent
    /// login, a second factor. If several entries match a page, all of them apply.
    ///
    /// ```
    /// # use axum_auth0::Auth0;
    /// use std::time::Duration;
    ///
    /// use axum_auth0::StepUp;
    ///
    /// let recent = StepUp::recent_auth(Duration::from_mins(5));
    /// let builder = Auth0::builder().protect_with(recent, ["/account/security"]);
    /// ```
    pub fn protect_with<P: Into<String>>(
        mut self,
        step_up: StepUp,
        pages: impl IntoIterator<Item = P>,
    ) -> Self {
        let pages: Vec<String> = pages.into_iter().map(Into::into).collect();
        self.paths.protected.list(pages.iter().cloned());
        self.paths.step_up.add(step_up, pages);
        self
    }
}

impl Auth0 {
    /// Returns `router` with a guard in front of all its routes and its fallback: they require a user whose login satisfies
    /// `step_up`, such as a recent login or a second factor. [`StepUpRequired`](crate::StepUpRequired) describes the
    /// response to others.
    ///
    /// [`Auth0Builder::protect_with`](crate::Auth0Builder::protect_with) does so for paths, and
    /// [`SignedInUser::require_step_up`](crate::SignedInUser::require_step_up) in a handler.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use axum::{Router, routing::post};
    /// use axum_auth0::StepUp;
    /// # fn app(auth0: &axum_auth0::Auth0) -> Router {
    /// let danger = Router::new().route("/account/close", post(|| async { "closed" }));
    /// let recent = StepUp::recent_auth(Duration::from_mins(5));
    /// let app = Router::new().merge(auth0.require_step_up(recent, danger));
    /// auth0.wrap(app)
    /// # }
    /// ```
    pub fn require_step_up<S: Clone + Send + Sync + 'static>(
        &self,
        step_up: StepUp,
        router: Router<S>,
    ) -> Router<S> {
        let state = (self.guard(), step_up);
        router.layer(from_fn_with_state(state, guard::require_step_up))
    }

    /// Returns the route that sends kept forms to `app`.
    pub(super) fn resume_route(&self, app: Router, failed_forms: FailedForms) -> Router {
        let (config, guard) = (&self.state.config, self.guard());
        let guards = ServiceBuilder::new()
            .layer(from_fn_with_state(guard.clone(), guard::guard_pages))
            .layer(from_fn_with_state(guard, guard::treat_as_data));
        let state = ResumeState {
            config: Arc::clone(config),
            forms: self.state.kept_forms.clone(),
            failed_forms,
            app: app.layer(guards),
        };
        let paths = config.routes();
        Router::new()
            .route(
                paths.local(paths.resume_path()),
                routing::get(resume::show)
                    .head(|| async { head_not_allowed("GET, POST") })
                    .post(resume::send),
            )
            .with_state(state)
    }
}
