//! The paths of the engine's routes.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    base_path::{BasePath, is_path},
    problems::Problems,
    variable,
    variable::Variable,
};
use crate::return_to::{RESUME, ReturnTo, is_reserved};

/// Characters to encode in a query value: all except the unreserved characters of RFC 3986 §2.3.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The paths at which the engine serves its routes. The defaults are those of nextjs-auth0.
///
/// Applications set paths relative to the base path of the site. [`Config::routes`](crate::Config::routes), and the
/// `Arc<Routes>` in the extensions of every request, return the paths as browsers request them.
///
/// ```
/// let routes = axum_auth0::Routes::default().login("/login").logout("/logout");
/// assert_eq!(routes.callback_path(), "/auth/callback");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routes {
    base_path: BasePath,
    login: String,
    callback: String,
    logout: String,
    profile: String,
    access_token: String,
    user: String,
    session: String,
    signed_out: String,
    backchannel_logout: String,
    resume: String,
}

impl Default for Routes {
    fn default() -> Self {
        Self {
            base_path: BasePath::default(),
            login: "/auth/login".to_owned(),
            callback: "/auth/callback".to_owned(),
            logout: "/auth/logout".to_owned(),
            profile: "/auth/profile".to_owned(),
            access_token: "/auth/access-token".to_owned(),
            user: "/auth/user".to_owned(),
            session: "/auth/session".to_owned(),
            signed_out: "/signed-out".to_owned(),
            backchannel_logout: "/auth/backchannel-logout".to_owned(),
            resume: RESUME.to_owned(),
        }
    }
}

macro_rules! routes {
    ($($(#[$documentation:meta])* $route:ident, $path:ident;)*) => {
        impl Routes {
            $(
                $(#[$documentation])*
                #[must_use]
                pub fn $route(mut self, path: impl Into<String>) -> Self {
                    self.$route = self.base_path.join(&path.into());
                    self
                }

                /// Returns the path of this route, including the base path.
                pub fn $path(&self) -> &str {
                    &self.$route
                }
            )*

            /// Returns the names and paths of all routes.
            fn all(&self) -> Vec<(&'static str, &str)> {
                vec![$((stringify!($route), self.$route.as_str())),*]
            }

            /// Moves all routes below `base_path`.
            fn rebase(self, base_path: &BasePath) -> Self {
                $(let $route = base_path.join(self.local(&self.$route));)*
                Self {
                    base_path: base_path.clone(),
                    $($route),*
                }
            }
        }
    };
}

routes! {
    /// Sets the path that starts a login, `/auth/login` by default.
    login, login_path;
    /// Sets the path that the provider redirects to, `/auth/callback` by default. It has to be registered at the
    /// provider.
    callback, callback_path;
    /// Sets the path that ends a session, `/auth/logout` by default.
    logout, logout_path;
    /// Sets the path that returns the user's claims, `/auth/profile` by default.
    profile, profile_path;
    /// Sets the path that returns access tokens to scripts, `/auth/access-token` by default.
    access_token, access_token_path;
    /// Sets the path of the leptos-auth0 server function that returns the signed-in user, `/auth/user` by default.
    /// Every request may read it.
    user, user_path;
    /// Sets the path that returns when the session ends, and that extends it: `/auth/session` by default.
    session, session_path;
    /// Sets the page shown after a logout, `/signed-out` by default. It has to be registered at the provider.
    signed_out, signed_out_path;
    /// Sets the path at which the provider ends sessions (OpenID Connect Back-Channel Logout 1.0),
    /// `/auth/backchannel-logout` by default. It has to be registered at the provider.
    backchannel_logout, backchannel_logout_path;
    /// Sets the path that sends a form after its user has logged in again ([`StepUp`](crate::StepUp)), `/auth/resume` by
    /// default. Another path must not be below `/auth`.
    resume, resume_path;
}

impl Routes {
    /// Returns the base path of the site, such as `/shop`, or an empty string. See
    /// [`Config::base_path`](crate::Config::base_path).
    pub fn base_path(&self) -> &str {
        self.base_path.as_str()
    }

    /// Returns the path of the start page: the base path, or `/`.
    pub fn home_path(&self) -> &str {
        self.base_path.home()
    }

    /// Returns whether `path`, which includes the base path, is one of the engine's own routes. They are never guarded
    /// and never a page to return to.
    pub fn contains(&self, path: &str) -> bool {
        self.all()
            .into_iter()
            .any(|(name, route)| name != "signed_out" && route == path)
    }

    /// Returns `path` relative to the base path, as the routers inside [`Auth0::wrap`](crate::Auth0::wrap) see it.
    /// Returns a path of another site of the same host unchanged.
    pub(crate) fn local<'p>(&self, path: &'p str) -> &'p str {
        self.base_path.strip(path).unwrap_or(path)
    }

    /// Returns `path`, which is relative to the base path, as browsers request it.
    pub(crate) fn full(&self, path: &str) -> String {
        self.base_path.join(path)
    }

    /// Returns the start page.
    pub(crate) fn home(&self) -> ReturnTo {
        ReturnTo::parse(self.home_path()).unwrap_or_else(|_| ReturnTo::home())
    }

    /// Parses the page to return to after a login or a logout: a path as in the address bar, including the base path.
    /// Returns `None` for pages of another site of the same host, and for the engine's own routes, because returning to
    /// the login or the logout would cause an endless loop.
    pub(crate) fn return_to(&self, text: &str) -> Option<ReturnTo> {
        let return_to = ReturnTo::parse(text).ok()?;
        let local = self.base_path.strip(return_to.path())?;
        let is_own = self.contains(return_to.path()) && return_to.path() != self.resume;
        (!is_reserved(local) && !is_own).then_some(return_to)
    }

    /// Parses `text`, a path of this site with its query, as a page to return to. Returns the start page if it is missing or
    /// invalid, or outside the base path.
    pub fn return_to_or_home(&self, text: Option<&str>) -> ReturnTo {
        text.and_then(|text| self.return_to(text))
            .unwrap_or_else(|| self.home())
    }

    /// Returns the path and query that sends the kept form `id`.
    pub(crate) fn resume_return_to(&self, id: &str) -> ReturnTo {
        let value = utf8_percent_encode(id, QUERY_VALUE);
        self.return_to_or_home(Some(&format!("{}?form={value}", self.resume)))
    }

    /// Returns the path that starts a login and returns to `return_to`.
    pub fn login_url(&self, return_to: &ReturnTo) -> String {
        self.login_url_with(return_to, &[])
    }

    /// Returns the URL of [`Self::login_url`] with further parameters of the login
    /// ([`LOGIN_PARAMETERS`](crate::LOGIN_PARAMETERS)).
    pub fn login_url_with(
        &self,
        return_to: &ReturnTo,
        parameters: &[(&'static str, String)],
    ) -> String {
        let value = utf8_percent_encode(return_to.as_str(), QUERY_VALUE);
        let mut url = format!("{}?returnTo={value}", self.login);
        for (name, value) in parameters {
            url.extend(["&", *name, "="]);
            url.extend(utf8_percent_encode(value, QUERY_VALUE));
        }
        url
    }
}

/// Completes `routes`, set by the application, from the variables, checks all paths, and moves them below `base_path`.
pub(super) fn read(
    problems: &mut Problems<'_>,
    routes: Option<&Routes>,
    base_path: &BasePath,
) -> Routes {
    let default = Routes::default();
    // The routes of another configuration have its base path.
    let mut routes = routes
        .cloned()
        .unwrap_or_default()
        .rebase(&default.base_path);
    let settings: [(Variable, &mut String, &str); 3] = [
        (variable::LOGIN_ROUTE, &mut routes.login, &default.login),
        (
            variable::PROFILE_ROUTE,
            &mut routes.profile,
            &default.profile,
        ),
        (
            variable::ACCESS_TOKEN_ROUTE,
            &mut routes.access_token,
            &default.access_token,
        ),
    ];
    for (variable, path, default) in settings {
        // A path set in code takes precedence.
        if *path == default
            && let Some(value) = problems.get(variable)
        {
            value.clone_into(path);
        }
    }
    check(problems, &routes);
    routes.rebase(base_path)
}

fn check(problems: &mut Problems<'_>, routes: &Routes) {
    let all = routes.all();
    for (position, (name, path)) in all.iter().enumerate() {
        let variable = match *name {
            "login" => variable::LOGIN_ROUTE.name.to_owned(),
            "profile" => variable::PROFILE_ROUTE.name.to_owned(),
            "access_token" => variable::ACCESS_TOKEN_ROUTE.name.to_owned(),
            name => format!("Routes::{name}"),
        };
        let problem = if *name == "resume" && is_reserved(path) {
            format!("is `{path}`; a path below /auth must be {RESUME}")
        } else if is_path(path) {
            let earlier = all.iter().take(position).find(|(_, other)| other == path);
            let Some((other, _)) = earlier else { continue };
            format!("is `{path}`, as the {other} route is; every route needs a path of its own")
        } else {
            "must be a path such as /auth/login, of letters, digits, `-`, `_`, `.` and `~`, without a slash at its end"
                .to_owned()
        };
        problems.add_named(&variable, problem, "");
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
