//! Authorization details of the login, and the login that requests others (RFC 9396).

use serde::{Deserialize, Serialize};

use super::SignedInUser;
use crate::{
    authorization_details::{
        AuthorizationDetail, AuthorizationDetails, AuthorizationDetailsError, granted,
    },
    seal::{Keyring, Purpose},
    store::LoginId,
};

/// The parameter of the login route.
pub(crate) const PARAMETER: &str = "authorization_details";

/// Seconds during which a link can be followed.
const LINK_TTL: i64 = 600;

#[derive(Serialize, Deserialize)]
struct Sealed {
    details: String,
    until: i64,
}

impl SignedInUser {
    /// Returns the details of type `T` that the provider granted at the login.
    ///
    /// They are those of the token response. A detail that `T` cannot represent is left out.
    pub fn authorization_details<T: AuthorizationDetail>(&self) -> Vec<T> {
        granted(&self.context.authorization_details)
    }

    /// Returns the URL of a login that requests `details` and returns to `return_to`, a path of this site.
    ///
    /// The details are sealed into the URL, so that a link cannot change what is requested, for this session and for ten
    /// minutes. After the login, [`Self::authorization_details`] returns what was granted; a login without a required
    /// detail fails, and the session stays as it is.
    ///
    /// ```
    /// use axum::response::Redirect;
    /// use axum_auth0::{AuthorizationDetail, AuthorizationDetails, AuthorizationDetailsError, SignedInUser};
    ///
    /// #[derive(serde::Serialize, serde::Deserialize)]
    /// struct Payment {
    ///     amount: String,
    /// }
    ///
    /// impl AuthorizationDetail for Payment {
    ///     const TYPE: &'static str = "payment_initiation";
    /// }
    ///
    /// fn pay(user: &SignedInUser) -> Result<Redirect, AuthorizationDetailsError> {
    ///     let payment = Payment { amount: "45.00".to_owned() };
    ///     let details = AuthorizationDetails::default().require(&payment)?;
    ///     Ok(Redirect::to(&user.authorization_url("/paid", &details)?))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`AuthorizationDetailsError::TooLarge`].
    pub fn authorization_url(
        &self,
        return_to: &str,
        details: &AuthorizationDetails,
    ) -> Result<String, AuthorizationDetailsError> {
        let sessions = &self.services.sessions;
        let sealed = Sealed {
            details: details.to_json()?,
            until: self.services.tokens.unix_seconds() + LINK_TTL,
        };
        let plain =
            serde_json::to_vec(&sealed).map_err(|_| AuthorizationDetailsError::NotAnObject)?;
        let context = self.login();
        let text =
            sessions
                .keys
                .seal_text(Purpose::AuthorizationDetails, context.as_bytes(), &plain);
        let routes = sessions.config.routes();
        let return_to = routes.return_to_or_home(Some(return_to));
        Ok(routes.login_url_with(&return_to, &[(PARAMETER, text)]))
    }
}

/// Opens the details of a link that was made for `login`. `None` if the link is of another session, modified or too old.
pub(crate) fn open(
    keys: &Keyring,
    login: LoginId,
    now: i64,
    text: &str,
) -> Option<AuthorizationDetails> {
    let plain = keys
        .open_text(Purpose::AuthorizationDetails, login.as_bytes(), text)
        .ok()?;
    let sealed: Sealed = serde_json::from_slice(&plain).ok()?;
    (now < sealed.until)
        .then(|| AuthorizationDetails::from_json(sealed.details.as_bytes()))
        .flatten()
}
