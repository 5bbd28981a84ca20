//! Why a request was refused.

/// The reason why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestRefusal {
    /// A guard requires a signed-in user.
    Anonymous,
    /// A guard requires a signed-in user, and the session store is unavailable.
    StoreUnavailable,
    /// The access token has not all required scopes.
    MissingScope,
    /// The user lacks a role or a permission.
    AccessDenied,
    /// The login of the user is not recent or strong enough.
    StepUpRequired,
    /// The page of the request was rendered for another user.
    PageUserMismatch,
    /// The request came from another site, or does not say where it comes from.
    CrossSite,
    /// The request was for another host than `APP_BASE_URL`.
    OtherHost,
    /// The client sent too many requests to the route.
    RateLimited(LimitedRoute),
}

super::names!(RequestRefusal {
    Self::Anonymous => "anonymous",
    Self::StoreUnavailable => "store_unavailable",
    Self::MissingScope => "missing_scope",
    Self::AccessDenied => "access_denied",
    Self::StepUpRequired => "step_up_required",
    Self::PageUserMismatch => "page_user_mismatch",
    Self::CrossSite => "cross_site",
    Self::OtherHost => "other_host",
    Self::RateLimited(LimitedRoute::Login) => "rate_limited_login",
    Self::RateLimited(LimitedRoute::Callback) => "rate_limited_callback",
    Self::RateLimited(LimitedRoute::BackChannelLogout) => "rate_limited_backchannel_logout",
    Self::RateLimited(LimitedRoute::Application) => "rate_limited_application",
});

/// A route with a rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitedRoute {
    /// The login route.
    Login,
    /// The callback route.
    Callback,
    /// The back-channel logout route.
    BackChannelLogout,
    /// A router of the application; see [`Auth0::limit_rate`](crate::Auth0::limit_rate).
    Application,
}

super::names!(LimitedRoute {
    Self::Login => "login",
    Self::Callback => "callback",
    Self::BackChannelLogout => "backchannel_logout",
    Self::Application => "application",
});
