//! Which variable requests which scope.

use super::{Config, login};

/// A variable with the scopes that a login requests because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScopeVariable<'a> {
    pub(crate) variable: String,
    pub(crate) scopes: &'a [String],
}

impl Config {
    /// Returns the variables behind the scope of a login. A scope that several of them request is listed with each.
    pub(crate) fn scope_variables(&self) -> Vec<ScopeVariable<'_>> {
        let own = ScopeVariable {
            variable: "AUTH0_SCOPE".to_owned(),
            scopes: &self.own_scope,
        };
        let of_login = self.apis.values().filter(|api| {
            login::belongs_to_login(api, self.audience.as_deref(), self.audience_parameter)
                && !api.scope.is_empty()
        });
        let of_apis = of_login.map(|api| ScopeVariable {
            variable: format!("{}_API_SCOPE", api.name),
            scopes: &api.scope,
        });
        std::iter::once(own).chain(of_apis).collect()
    }
}
