//! APIs: identifier, scopes and the format of their access tokens.

use serde::{Deserialize, Serialize};

/// An API of the tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, as in Auth0's dashboard"
)]
pub struct ApiSettings {
    /// The identifier: the value of the parameter `audience` and of the claim `aud`.
    pub identifier: String,
    /// The name that the dashboard shows.
    pub name: String,
    /// The scopes that the API defines.
    pub scopes: Vec<String>,
    /// *Allow Offline Access*: whether a login for this API can receive a refresh token.
    pub offline_access: bool,
    /// *Signing Algorithm* of the API's access tokens.
    pub signing: TokenSigning,
    /// *JSON Web Encryption*: whether the API's access tokens are encrypted. Each start of the tenant generates a new key.
    pub encrypted: bool,
    /// Whether the API's access tokens are opaque instead of JWTs, so that the API has to introspect them (RFC 7662). Auth0
    /// has no such setting; other providers do.
    pub opaque: bool,
    /// *Enable RBAC* and *Add Permissions in the Access Token*: whether access tokens contain the permissions of the user.
    pub rbac: bool,
    /// *Application Access Policy*: the applications that can receive tokens for the API.
    pub access: ApplicationAccess,
}

/// The signing algorithm of an API's access tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenSigning {
    /// Signed with the tenant's key; any client can verify the signature with the published keys.
    #[default]
    Rs256,
    /// Signed with a secret of the API, which each start of the tenant generates. Only the API can verify the signature, and
    /// `/userinfo` rejects the token.
    Hs256,
}

/// The applications that can receive tokens of their users for an API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApplicationAccess {
    /// All applications.
    #[default]
    All,
    /// The applications with these client IDs (Auth0: *Allow via client grant*).
    ClientGrants(Vec<String>),
}

impl ApiSettings {
    /// Returns an API with the defaults of Auth0's dashboard, except that offline access is allowed.
    ///
    /// - `identifier`: the value of the parameter `audience`.
    /// - `name`: the name on the dashboard.
    /// - `scopes`: the scopes that the API defines.
    pub fn new(identifier: &str, name: &str, scopes: &[&str]) -> Self {
        Self {
            identifier: identifier.to_owned(),
            name: name.to_owned(),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            offline_access: true,
            signing: TokenSigning::Rs256,
            encrypted: false,
            opaque: false,
            rbac: true,
            access: ApplicationAccess::All,
        }
    }

    /// Returns the products API of the sample.
    pub fn products() -> Self {
        Self::new(
            "https://products.example.com",
            "Products API",
            &["read:products", "write:products"],
        )
    }

    /// Returns the orders API of the sample.
    pub fn orders() -> Self {
        Self::new(
            "https://orders.example.com",
            "Orders API",
            &["read:orders", "write:orders"],
        )
    }

    /// Returns whether the application with this client ID can receive tokens for the API.
    pub(crate) fn allows_client(&self, client_id: &str) -> bool {
        match &self.access {
            ApplicationAccess::All => true,
            ApplicationAccess::ClientGrants(granted) => granted.iter().any(|id| id == client_id),
        }
    }
}
