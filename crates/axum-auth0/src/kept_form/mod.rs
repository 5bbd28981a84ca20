//! Forms that wait at the server while their user logs in again.
//!
//! A form is sealed in the store under a random identifier, for ten minutes. It is bound to the session and to the user
//! that posted it, and is sent at most once. At most eight wait for one user.

mod slots;
mod store;

use serde::{Deserialize, Serialize};

pub(crate) use self::store::KeptForms;
use crate::{
    page_user::PageUser,
    return_to::ReturnTo,
    session::SignedInUser,
    step_up::{StepUp, UnmetStepUp},
    store::LoginId,
};

/// How long a form is kept, in seconds: as long as a login may take.
const KEPT_FORM_TTL: i64 = 600;

/// A form that waits for a login of its user.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct KeptForm {
    /// The path and query that the form was posted to, relative to the base path.
    pub(crate) action: String,
    /// The path and query as the browser requested it.
    pub(crate) original_uri: String,
    /// The URL-encoded fields.
    pub(crate) body: String,
    /// The page that contains the form.
    pub(crate) page: ReturnTo,
    /// The value of the page's [`PageUser`].
    pub(crate) page_user: Option<String>,
    pub(crate) issuer: String,
    /// Subject and organization of the user.
    pub(crate) identity: String,
    /// The login that posted the form.
    pub(crate) login: LoginId,
    pub(crate) step_up: StepUp,
    /// The error in the encoding of the framework, for the page of a form that is not sent.
    pub(crate) error: Option<String>,
}

/// Why a form is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotSendable {
    /// Another user or organization, or a session that does not follow from that of the form.
    OtherSession,
    /// The login is not the required one.
    StepUp(UnmetStepUp),
}

impl KeptForm {
    /// Checks that `user` posted the form, in this session or in one that logins of the user replaced by this one, and that the
    /// login is the required one. `now` is in seconds since 1970.
    pub(crate) fn check(&self, user: &SignedInUser, now: i64) -> Result<(), NotSendable> {
        let is_same_user =
            self.issuer == user.login.issuer() && self.identity == user.page_identity();
        let is_same_session = self.login == user.login() || user.context.follows(self.login);
        let is_page_of_user = self
            .page_user
            .as_deref()
            .is_none_or(|page| user.is_user_of(&PageUser::from_text(page)));
        if !is_same_user || !is_same_session || !is_page_of_user {
            return Err(NotSendable::OtherSession);
        }
        match self.step_up.unmet_by(user.authentication(), now) {
            None => Ok(()),
            Some(unmet) => Err(NotSendable::StepUp(unmet)),
        }
    }
}
