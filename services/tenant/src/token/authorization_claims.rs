//! Claims about what a user may do: roles, and permissions of the API (Auth0: *RBAC*).

use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use crate::{
    state::AppState,
    store::{apis, users},
};

/// What a user may do at the API of a token.
pub(super) struct AuthorizationClaims {
    roles: Vec<String>,
    /// `None` without an API.
    permissions: Option<Vec<String>>,
    rbac: bool,
}

impl AuthorizationClaims {
    pub(super) async fn load(
        connection: &mut SqliteConnection,
        sub: &str,
        audience: Option<&str>,
    ) -> Result<Self, sqlx::Error> {
        let roles = users::roles(connection, sub).await?;
        let api = match audience {
            Some(audience) => apis::find(connection, audience).await?,
            None => None,
        };
        let granted = users::permissions(connection, sub).await?;
        let rbac = api.as_ref().is_some_and(|api| api.rbac);
        let permissions = api.map(|api| match granted {
            None => api.scopes,
            Some(granted) => {
                let is_granted = |scope: &String| granted.contains(scope);
                api.scopes.into_iter().filter(is_granted).collect()
            }
        });
        Ok(Self {
            roles,
            permissions,
            rbac,
        })
    }

    /// Adds the permissions if the API has RBAC, and the roles.
    pub(super) fn add_to_access_token(&self, state: &AppState, claims: &mut Value) {
        if let Some(permissions) = self.permissions.as_ref().filter(|_| self.rbac) {
            claims["permissions"] = json!(permissions);
        }
        if !self.roles.is_empty() {
            claims[name(state, "roles")] = json!(self.roles);
        }
    }

    /// Adds both in the namespace of the tenant, as an Action does: for the pages of the application.
    pub(super) fn add_to_id_token(&self, state: &AppState, claims: &mut Map<String, Value>) {
        if !self.roles.is_empty() {
            claims.insert(name(state, "roles"), json!(self.roles));
        }
        if let Some(permissions) = &self.permissions {
            claims.insert(name(state, "permissions"), json!(permissions));
        }
    }
}

fn name(state: &AppState, claim: &str) -> String {
    format!("{}{claim}", state.config.claims_namespace)
}
