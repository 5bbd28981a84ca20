//! The variables that determine the scope of a login.

use serde::{Deserialize, Serialize};

use super::{Config, login};

/// A variable with the scopes that it adds to a login request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeVariable {
    /// The name of the variable.
    pub variable: String,
    /// The scopes.
    pub scopes: Vec<String>,
}

impl Config {
    /// Returns the variables that determine the scope of a login, `AUTH0_SCOPE` first. A scope that several of them
    /// contain is listed with each.
    pub fn scope_variables(&self) -> Vec<ScopeVariable> {
        let own = ScopeVariable {
            variable: "AUTH0_SCOPE".to_owned(),
            scopes: self.own_scope.clone(),
        };
        let of_login = self.apis.values().filter(|api| {
            login::belongs_to_login(api, self.audience.as_deref(), self.audience_parameter)
                && !api.scope.is_empty()
        });
        let of_apis = of_login.map(|api| ScopeVariable {
            variable: format!("{}_API_SCOPE", api.name),
            scopes: api.scope.clone(),
        });
        std::iter::once(own).chain(of_apis).collect()
    }
}
