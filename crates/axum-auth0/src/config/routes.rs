//! The paths of the engine's routes.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{problems::Problems, variable, variable::Variable};
use crate::return_to::ReturnTo;

/// Characters to encode in a query value: all except the unreserved characters of RFC 3986 §2.3.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The paths at which the engine serves its routes. The defaults are those of nextjs-auth0.
///
/// ```
/// let routes = axum_auth0::Routes::default().login("/login").logout("/logout");
/// assert_eq!(routes.callback_path(), "/auth/callback");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routes {
    login: String,
    callback: String,
    logout: String,
    profile: String,
    access_token: String,
    user: String,
    signed_out: String,
}

impl Default for Routes {
    fn default() -> Self {
        Self {
            login: "/auth/login".to_owned(),
            callback: "/auth/callback".to_owned(),
            logout: "/auth/logout".to_owned(),
            profile: "/auth/profile".to_owned(),
            access_token: "/auth/access-token".to_owned(),
            user: "/auth/user".to_owned(),
            signed_out: "/signed-out".to_owned(),
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
                    self.$route = path.into();
                    self
                }

                /// Returns the path of this route.
                pub fn $path(&self) -> &str {
                    &self.$route
                }
            )*

            /// Returns the names and paths of all routes.
            fn all(&self) -> Vec<(&'static str, &str)> {
                vec![$((stringify!($route), self.$route.as_str())),*]
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
    /// Sets the page shown after a logout, `/signed-out` by default. It has to be registered at the provider.
    signed_out, signed_out_path;
}

impl Routes {
    /// Returns whether `path` is one of the engine's own routes. They are never guarded and never a page to return to.
    pub fn contains(&self, path: &str) -> bool {
        self.all()
            .into_iter()
            .any(|(name, route)| name != "signed_out" && route == path)
    }

    /// Parses the page to return to after a login or a logout. Returns `None` for the engine's own routes, because
    /// returning to the login or the logout would cause an endless loop.
    pub(crate) fn return_to(&self, text: &str) -> Option<ReturnTo> {
        let return_to = ReturnTo::parse(text).ok()?;
        (!self.contains(return_to.path())).then_some(return_to)
    }

    /// Parses the page as [`Self::return_to`] does. Returns the start page if `text` is missing or invalid.
    pub(crate) fn return_to_or_home(&self, text: Option<&str>) -> ReturnTo {
        text.and_then(|text| self.return_to(text))
            .unwrap_or_else(ReturnTo::home)
    }

    /// Returns the path that starts a login and returns to `return_to`.
    pub fn login_url(&self, return_to: &ReturnTo) -> String {
        let value = utf8_percent_encode(return_to.as_str(), QUERY_VALUE);
        format!("{}?returnTo={value}", self.login)
    }
}

/// Completes `routes`, set by the application, from the variables, and checks all paths.
pub(super) fn read(problems: &mut Problems<'_>, routes: Option<&Routes>) -> Routes {
    let default = Routes::default();
    let mut routes = routes.cloned().unwrap_or_else(Routes::default);
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
    routes
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
        let problem = if is_path(path) {
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

/// Returns whether `path` is an absolute path of plain segments: no router parameters, no percent-encoding, and no dot
/// segments, which browsers resolve.
fn is_path(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    path.strip_prefix('/').is_some_and(|rest| {
        rest.split('/').all(|segment| {
            !segment.is_empty() && segment.bytes().all(is_plain) && !matches!(segment, "." | "..")
        })
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_engines_routes_are_not_pages_to_return_to() {
        let routes = Routes::default().login("/login").logout("/logout");
        assert_eq!(routes.return_to("/logout?x"), None);
        assert_eq!(routes.return_to_or_home(Some("/login")), ReturnTo::home());
        assert!(routes.return_to("/logout/x").is_some());
    }

    #[test]
    fn the_login_url_escapes_the_path_and_its_query() {
        let path = ReturnTo::parse("/products?sort=name&x=ü").unwrap();
        assert_eq!(
            Routes::default().login_url(&path),
            "/auth/login?returnTo=%2Fproducts%3Fsort%3Dname%26x%3D%25C3%25BC"
        );
    }
}
