//! Rich authorization requests (RFC 9396): what a login asks the provider to grant, beyond scopes.

mod comparison;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Maximum size of the details of a login, in bytes of JSON. A cookie contains them until the login is complete.
const MAX_BYTES: usize = 1_500;

/// A type of authorization details ([RFC 9396 §2](https://www.rfc-editor.org/rfc/rfc9396#section-2)), as a type of the
/// application. The member `type` is added.
///
/// ```
/// use axum_auth0::AuthorizationDetail;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Payment {
///     actions: Vec<String>,
///     amount: String,
///     creditor: String,
/// }
///
/// impl AuthorizationDetail for Payment {
///     const TYPE: &'static str = "payment_initiation";
/// }
/// ```
pub trait AuthorizationDetail: Serialize + DeserializeOwned {
    /// `type`, as the provider defines it.
    const TYPE: &'static str;
}

/// The authorization details that a login requests, for
/// [`SignedInUser::authorization_url`](crate::SignedInUser::authorization_url).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationDetails(Vec<Requested>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Requested {
    detail: Map<String, Value>,
    is_required: bool,
}

/// The error of authorization details that cannot be requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorizationDetailsError {
    /// A detail is not a JSON object.
    #[error("an authorization detail must be a JSON object")]
    NotAnObject,
    /// The details are too large for the cookie of a login.
    #[error("the authorization details have more than {MAX_BYTES} bytes")]
    TooLarge,
}

impl AuthorizationDetails {
    /// Adds a detail without which the login fails.
    ///
    /// The provider may grant more than is requested. It must grant every member of `detail`: a list must contain all of
    /// its values, an object all of its members, anything else must be equal.
    ///
    /// # Errors
    ///
    /// [`AuthorizationDetailsError::NotAnObject`].
    pub fn require<T: AuthorizationDetail>(
        self,
        detail: &T,
    ) -> Result<Self, AuthorizationDetailsError> {
        self.add(detail, true)
    }

    /// Adds a detail that the provider or the user may leave out.
    ///
    /// # Errors
    ///
    /// [`AuthorizationDetailsError::NotAnObject`].
    pub fn request<T: AuthorizationDetail>(
        self,
        detail: &T,
    ) -> Result<Self, AuthorizationDetailsError> {
        self.add(detail, false)
    }

    fn add<T: AuthorizationDetail>(
        mut self,
        detail: &T,
        is_required: bool,
    ) -> Result<Self, AuthorizationDetailsError> {
        let Ok(Value::Object(mut detail)) = serde_json::to_value(detail) else {
            return Err(AuthorizationDetailsError::NotAnObject);
        };
        detail.insert("type".to_owned(), T::TYPE.into());
        self.0.push(Requested {
            detail,
            is_required,
        });
        Ok(self)
    }

    /// Returns the details as JSON with what is required of them, if they fit into the cookie of a login.
    pub(crate) fn to_json(&self) -> Result<String, AuthorizationDetailsError> {
        let json =
            serde_json::to_string(self).map_err(|_| AuthorizationDetailsError::NotAnObject)?;
        if json.len() > MAX_BYTES {
            return Err(AuthorizationDetailsError::TooLarge);
        }
        Ok(json)
    }

    /// Parses the result of [`Self::to_json`].
    pub(crate) fn from_json(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    /// Returns the parameter of the authorization request (RFC 9396 §3).
    pub(crate) fn parameter(&self) -> String {
        let details: Vec<&Map<String, Value>> =
            self.0.iter().map(|requested| &requested.detail).collect();
        serde_json::to_string(&details).unwrap_or_default()
    }

    /// Returns the requested types that are not among those that the provider supports (RFC 9396 §10).
    pub(crate) fn unsupported<'a>(&'a self, supported: &[String]) -> Vec<&'a str> {
        self.0
            .iter()
            .filter_map(|requested| type_of(&requested.detail))
            .filter(|name| !supported.iter().any(|supported| supported == name))
            .collect()
    }

    /// Returns the types of the required details that `granted`, the details of the token response, does not contain
    /// (RFC 9396 §7).
    pub(crate) fn missing(&self, granted: &[Value]) -> Vec<String> {
        self.0
            .iter()
            .filter(|requested| requested.is_required)
            .filter(|requested| {
                !granted
                    .iter()
                    .any(|granted| comparison::covers_object(granted, &requested.detail))
            })
            .filter_map(|requested| type_of(&requested.detail))
            .map(str::to_owned)
            .collect()
    }
}

/// Returns the granted details of type `T`. Those that `T` cannot represent are left out.
pub(crate) fn granted<T: AuthorizationDetail>(details: &[Value]) -> Vec<T> {
    details
        .iter()
        .filter(|detail| detail.get("type").and_then(Value::as_str) == Some(T::TYPE))
        .filter_map(|detail| T::deserialize(detail).ok())
        .collect()
}

fn type_of(detail: &Map<String, Value>) -> Option<&str> {
    detail.get("type").and_then(Value::as_str)
}

#[cfg(test)]
mod tests;
