//! The paths of the engine's routes.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Characters to encode: all except the unreserved characters of RFC 3986 §2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The paths of the engine's routes that a page links to. They belong to the server, not to the app's router.
///
/// The server renders its configured paths into the page. [`use_auth_routes`](crate::use_auth_routes) returns them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct AuthRoutes {
    /// The path below which the whole site is mounted, such as `/shop`; empty by default.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub base_path: String,
    /// Starts a login; `/auth/login` by default.
    pub login: String,
    /// Ends the session; `/auth/logout` by default.
    pub logout: String,
    /// Returns the user's claims as JSON; `/auth/profile` by default.
    pub profile: String,
    /// Returns when the session ends, and extends it; `/auth/session` by default.
    pub session: String,
    /// The page that a logout ends on; `/signed-out` by default.
    pub signed_out: String,
}

impl Default for AuthRoutes {
    fn default() -> Self {
        Self {
            base_path: String::new(),
            login: "/auth/login".to_owned(),
            logout: "/auth/logout".to_owned(),
            profile: "/auth/profile".to_owned(),
            session: "/auth/session".to_owned(),
            signed_out: "/signed-out".to_owned(),
        }
    }
}

impl AuthRoutes {
    /// Returns `path`, which is relative to the base path, as browsers request it.
    pub(crate) fn site_path(&self, path: &str) -> String {
        match path {
            "/" if !self.base_path.is_empty() => self.base_path.clone(),
            _ => [&self.base_path, path].concat(),
        }
    }

    /// Returns the URL that logs in and then returns to `return_to`, a path of this site with its query. It includes the
    /// base path.
    ///
    /// ```
    /// assert_eq!(
    ///     leptos_auth0::AuthRoutes::default().login_url("/products?page=2"),
    ///     "/auth/login?returnTo=%2Fproducts%3Fpage%3D2",
    /// );
    /// ```
    pub fn login_url(&self, return_to: &str) -> String {
        self.login_url_with(return_to, [])
    }

    /// Returns the URL of [`Self::login_url`] with further parameters of the login: names and values. The engine ignores
    /// those that are not in its list.
    ///
    /// ```
    /// assert_eq!(
    ///     leptos_auth0::AuthRoutes::default().login_url_with("/", [("ui_locales", "de en")]),
    ///     "/auth/login?returnTo=%2F&ui_locales=de%20en",
    /// );
    /// ```
    pub fn login_url_with<'p>(
        &self,
        return_to: &str,
        parameters: impl IntoIterator<Item = (&'p str, &'p str)>,
    ) -> String {
        let mut url = self.login.clone();
        url.push_str("?returnTo=");
        url.extend(utf8_percent_encode(return_to, RESERVED));
        for (name, value) in parameters {
            url.push('&');
            url.extend(utf8_percent_encode(name, RESERVED));
            url.push('=');
            url.extend(utf8_percent_encode(value, RESERVED));
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::AuthRoutes;

    #[test]
    fn a_parameter_cannot_add_another_one() {
        let url = AuthRoutes::default().login_url_with("/", [("login_hint", "a&prompt=none#b")]);
        assert_eq!(
            url,
            "/auth/login?returnTo=%2F&login_hint=a%26prompt%3Dnone%23b"
        );
    }

    #[test]
    fn the_return_path_is_percent_encoded_as_one_parameter() {
        let routes = AuthRoutes::default();
        for (return_to, expected) in [
            ("/products", "/auth/login?returnTo=%2Fproducts"),
            (
                "/a?b=c&d=e#f",
                "/auth/login?returnTo=%2Fa%3Fb%3Dc%26d%3De%23f",
            ),
            ("/grüße", "/auth/login?returnTo=%2Fgr%C3%BC%C3%9Fe"),
            ("/a%20b", "/auth/login?returnTo=%2Fa%2520b"),
            ("/a-b.c_d~e", "/auth/login?returnTo=%2Fa-b.c_d~e"),
        ] {
            assert_eq!(routes.login_url(return_to), expected);
        }
    }
}
