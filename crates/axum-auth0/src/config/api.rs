//! The external APIs that the application calls, as types.

use super::{
    problems::Problems,
    variable::{self, API_VARIABLES, Characters},
};

/// An external API that the application calls on behalf of its users.
///
/// ```
/// struct ProductsApi;
///
/// impl axum_auth0::Api for ProductsApi {
///     const ENV_PREFIX: &'static str = "PRODUCTS";
///     const SCOPES: &'static [&'static str] = &["read:products", "write:products"];
/// }
/// ```
pub trait Api: Send + Sync + 'static {
    /// The prefix of the API's variables: `PRODUCTS` for `PRODUCTS_API_URL`, `PRODUCTS_API_AUDIENCE` and
    /// `PRODUCTS_API_SCOPE`.
    const ENV_PREFIX: &'static str;

    /// The scopes that the application requests, unless `<PREFIX>_API_SCOPE` is set.
    const SCOPES: &'static [&'static str];
}

/// An API known to the configuration, made from a type by [`ApiRegistration::login`] or [`ApiRegistration::further`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiRegistration {
    pub(super) prefix: &'static str,
    pub(super) scopes: &'static [&'static str],
    pub(crate) is_of_login: bool,
}

impl ApiRegistration {
    /// Registers `A` as the API that a login requests an access token for. Its audience is `AUTH0_AUDIENCE`, unless
    /// `<PREFIX>_API_AUDIENCE` is set. A configuration has at most one.
    pub fn login<A: Api>() -> Self {
        Self {
            is_of_login: true,
            ..Self::further::<A>()
        }
    }

    /// Registers `A` as an additional API. The site starts without it if none of its variables is set.
    pub fn further<A: Api>() -> Self {
        Self {
            prefix: A::ENV_PREFIX,
            scopes: A::SCOPES,
            is_of_login: false,
        }
    }

    /// Returns the prefix of the API's variables.
    pub fn prefix(&self) -> &'static str {
        self.prefix
    }
}

/// Checks that each prefix is registered once, and that at most one API is the login API.
pub(super) fn check(apis: &[ApiRegistration], problems: &mut Problems<'_>) {
    for (position, api) in apis.iter().enumerate() {
        let earlier = &apis[..position];
        let variable = format!("{}_API_URL", api.prefix);
        if earlier.iter().any(|other| other.prefix == api.prefix) {
            let problem =
                "belongs to two APIs of the application; give each an ENV_PREFIX of its own";
            problems.add_named(&variable, problem, "");
        } else if api.is_of_login
            && let Some(other) = earlier.iter().find(|other| other.is_of_login)
        {
            let problem = format!(
                "belongs to a second API of the login beside {}; register one of them with `api` instead of `login_api`",
                other.prefix
            );
            problems.add_named(&variable, problem, "");
        }
    }
}

/// Returns the kind of characters that the variable `name` may contain, if this configuration with `apis` has it.
pub(super) fn characters_of(name: &str, apis: &[ApiRegistration]) -> Option<Characters> {
    if let Some(variable) = variable::find(name) {
        return Some(variable.characters);
    }
    let (prefix, ending) = name.rsplit_once("_API_")?;
    let is_registered = apis.iter().any(|api| api.prefix == prefix);
    let variable = API_VARIABLES
        .iter()
        .find(|variable| variable.ending == ending)?;
    is_registered.then_some(variable.characters)
}
