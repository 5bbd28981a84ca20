//! Keeps a form that a browser posted itself and that failed, until the form's page shows it again.
//!
//! A redirect to the page cannot carry what the user typed: a URL is logged, shared and limited in length. A sealed
//! cookie that lives for a few minutes can, and it survives a login in between.

mod cookie;
mod fields;

use std::{fmt, sync::Arc};

use http::{HeaderValue, Method, header, request::Parts};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::{
    page_user::PageUser,
    request::{PostedForm, cookies},
    seal::{Keyring, Purpose},
    session::CurrentUser,
};

/// A form that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedForm {
    /// The path that the form was posted to.
    pub action: String,
    /// The error, in the encoding of the framework.
    pub error: String,
    /// The fields with the values that the user typed, in the order of the form. Long values may be shortened.
    pub fields: Vec<(String, String)>,
}

impl FailedForm {
    /// Returns the fields as `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn urlencoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.fields)
            .finish()
    }
}

/// The content of the cookie.
#[derive(Serialize, Deserialize)]
struct Kept {
    form: FailedForm,
    /// The user that the form belongs to.
    page_user: Option<String>,
}

/// Stores and returns the failed form of a browser. A request extension below the engine's layers.
#[derive(Clone)]
pub struct FailedForms {
    keys: Keyring,
    secure: bool,
    cookie_name: Arc<str>,
}

impl FailedForms {
    pub(crate) fn new(keys: Keyring, secure: bool, session_cookie: &str) -> Self {
        Self {
            keys,
            secure,
            cookie_name: cookie::name(session_cookie).into(),
        }
    }

    /// Returns the `Set-Cookie` header that keeps the form of the request `parts` with its `error` for `page`, the path
    /// of the page that contains the form. `None` if the error alone is too large for a cookie.
    #[must_use]
    pub fn keep(&self, parts: &Parts, page: &str, error: &str) -> Option<HeaderValue> {
        let posted = parts.extensions.get::<PostedForm>();
        let mut kept = Kept {
            form: FailedForm {
                action: parts.uri.path().to_owned(),
                error: error.to_owned(),
                fields: posted
                    .map(|form| fields::parse(&form.0))
                    .unwrap_or_default(),
            },
            page_user: page_user(parts).map(|page| page.as_str().to_owned()),
        };
        loop {
            let plain = serde_json::to_vec(&kept).ok()?;
            if plain.len() <= cookie::MAX_PLAIN_BYTES {
                let sealed = self
                    .keys
                    .seal_text(Purpose::FailedForm, page.as_bytes(), &plain);
                return cookie::set(&self.cookie_name, page, &sealed, self.secure);
            }
            // Short values are kept completely.
            fields::shorten_longest(&mut kept.form.fields)?;
        }
    }

    /// Returns the failed form of the page that the request `parts` opens, if it has one, and the `Set-Cookie` header
    /// that removes it. The form of another user is removed, but not returned.
    #[must_use]
    pub fn take(&self, parts: &Parts, page: &str) -> (Option<FailedForm>, Option<HeaderValue>) {
        if parts.method != Method::GET {
            return (None, None);
        }
        let Some(value) = cookies::get(&parts.headers, &self.cookie_name) else {
            return (None, None);
        };
        let form = self
            .keys
            .open_text(Purpose::FailedForm, page.as_bytes(), value)
            .ok()
            .and_then(|plain| serde_json::from_slice::<Kept>(&plain).ok())
            .filter(|kept| is_for(kept, parts.extensions.get()))
            .map(|kept| kept.form);
        (form, cookie::remove(&self.cookie_name, page, self.secure))
    }

    /// Returns the path of the page that contains the form of the request `parts`: its `Referer`, if that is a page of
    /// this site.
    #[must_use]
    pub fn page_of(parts: &Parts) -> Option<String> {
        let referer = parts.headers.get(header::REFERER)?.to_str().ok()?;
        let referer = referer.parse::<http::Uri>().ok()?;
        Some(referer.path_and_query()?.as_str().to_owned())
    }
}

/// Returns the user that the form belongs to: that of its page, or else the one who sent it. `None` if neither is known.
fn page_user(parts: &Parts) -> Option<PageUser> {
    let of_page = parts.extensions.get::<PageUser>().cloned();
    of_page.or_else(|| match parts.extensions.get() {
        Some(CurrentUser::SignedIn(user)) => Some(user.page_user()),
        // The user may log in before the page shows the form again.
        _ => None,
    })
}

/// Returns whether the page of the form may be shown to the user of this request.
fn is_for(kept: &Kept, user: Option<&CurrentUser>) -> bool {
    kept.page_user
        .as_deref()
        .is_none_or(|page| user.is_some_and(|user| user.is_user_of_page(page)))
}

impl fmt::Debug for FailedForms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailedForms").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
