//! An API: its identifier, its scopes, and what its access tokens look like.

use serde::{Deserialize, Serialize};

/// An API of the tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiSettings {
    /// The identifier: what an application sends as `audience` and what access tokens carry as `aud`.
    pub identifier: String,
    /// The name that the dashboard shows.
    pub name: String,
    /// The scopes that the API defines.
    pub scopes: Vec<String>,
    /// *Allow Offline Access*: whether a login that asks for this API can get a refresh token.
    pub offline_access: bool,
    /// *Signing Algorithm*: with what the API's access tokens are signed.
    pub signing: TokenSigning,
    /// *JSON Web Encryption*: whether the API's access tokens are encrypted, with a key that the tenant makes at its start.
    pub encrypted: bool,
    /// *Application Access Policy*: which applications get tokens for the API.
    pub access: ApplicationAccess,
}

/// With what the access tokens of an API are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenSigning {
    /// The tenant's key, which everybody can verify with the published keys.
    #[default]
    Rs256,
    /// A secret of the API, which the tenant makes at its start. Nobody else can verify such a token, and `/userinfo` does not take it.
    Hs256,
}

/// Which applications get tokens of their users for an API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApplicationAccess {
    /// All of them.
    #[default]
    All,
    /// Those with these client IDs (Auth0: *Allow via client grant*).
    ClientGrants(Vec<String>),
}

impl ApiSettings {
    /// An API as the dashboard of Auth0 makes one, except that offline access is allowed.
    ///
    /// - `identifier`: what an application sends as `audience`.
    /// - `name`: what the dashboard shows.
    /// - `scopes`: what the API defines.
    pub fn new(identifier: &str, name: &str, scopes: &[&str]) -> Self {
        Self {
            identifier: identifier.to_owned(),
            name: name.to_owned(),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            offline_access: true,
            signing: TokenSigning::Rs256,
            encrypted: false,
            access: ApplicationAccess::All,
        }
    }

    /// The products API of the sample.
    pub fn products() -> Self {
        Self::new(
            "https://products.example.com",
            "Products API",
            &["read:products", "write:products"],
        )
    }

    /// The orders API of the sample.
    pub fn orders() -> Self {
        Self::new(
            "https://orders.example.com",
            "Orders API",
            &["read:orders", "write:orders"],
        )
    }

    /// Whether the application with this client ID gets tokens for the API.
    pub(crate) fn admits(&self, client_id: &str) -> bool {
        match &self.access {
            ApplicationAccess::All => true,
            ApplicationAccess::ClientGrants(granted) => granted.iter().any(|id| id == client_id),
        }
    }
}
