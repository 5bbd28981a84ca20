//! A login that the provider or another site initiates (OpenID Connect Core 1.0 §4): the parameters `iss`, `login_hint` and
//! `target_link_uri` of the login route, which is the `initiate_login_uri` of this site.
//!
//! It starts a login and nothing else, so another site can cause no more with it than with a link. The user sees the
//! provider, and an existing session remains until the login is complete.

use std::sync::Arc;

use axum::{
    extract::{RawForm, State, rejection::RawFormRejection},
    response::Response,
};
use http::{HeaderMap, Method};
use url::{Position, Url, form_urlencoded};

use super::{LoginState, error::LoginError};
use crate::{config::Config, request::RequestKind, responses::see_other, return_to::ReturnTo};

const ISSUER: &str = "iss";
const TARGET: &str = "target_link_uri";
const LOGIN_HINT: &str = "login_hint";

/// Handles `POST` (§4: the initiator can use both methods): redirects to the same request with GET, which carries the
/// cookies of this site. Without `iss`, it is an error.
pub(crate) async fn initiate(
    State(login): State<Arc<LoginState>>,
    method: Method,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    let refuse = |error: LoginError| error.respond(&login.config, &login.events, &[]);
    if !RequestKind::of(&method, &headers).may_start_login() {
        return refuse(LoginError::NotANavigation);
    }
    let Ok(RawForm(form)) = form else {
        return refuse(LoginError::InvalidParameter(ISSUER));
    };
    // Checked here as well, so that an invalid request does not become a link.
    match return_to(&form, &login.config) {
        Ok(Some(_)) => {}
        Ok(None) => return refuse(LoginError::InvalidParameter(ISSUER)),
        Err(error) => return refuse(error),
    }
    let known = |name: &str| [ISSUER, TARGET, LOGIN_HINT].contains(&name);
    let fields = form_urlencoded::parse(&form).filter(|(name, _)| known(name));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    see_other(&format!("{}?{query}", login.config.routes().login_path()))
}

/// Where an initiated login returns to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The initiator names no page.
    Unspecified,
    Page(ReturnTo),
}

/// Checks the parameters of a login that another site initiates. Returns `None` if they have neither `iss` nor
/// `target_link_uri`.
///
/// # Errors
///
/// If `iss` is missing or is not the configured issuer, or if `target_link_uri` is not a page of this site (§4: it must not
/// be an open redirector).
pub(super) fn return_to(parameters: &[u8], config: &Config) -> Result<Option<Target>, LoginError> {
    let (mut issuer, mut target) = (None, None);
    for (name, value) in form_urlencoded::parse(parameters) {
        let (known, found) = match &*name {
            ISSUER => (ISSUER, &mut issuer),
            TARGET => (TARGET, &mut target),
            _ => continue,
        };
        if found.replace(value.into_owned()).is_some() {
            return Err(LoginError::InvalidParameter(known));
        }
    }
    let issuer = match (issuer, &target) {
        (Some(issuer), _) => issuer,
        (None, Some(_)) => return Err(LoginError::InvalidParameter(ISSUER)),
        (None, None) => return Ok(None),
    };
    if issuer != config.issuer().as_str() {
        return Err(LoginError::OtherInitiator { issuer });
    }
    let Some(target) = target else {
        return Ok(Some(Target::Unspecified));
    };
    match page_of_site(&target, config) {
        Some(page) => Ok(Some(Target::Page(page))),
        None => Err(LoginError::TargetOfOtherSite),
    }
}

/// Returns the page with the absolute URL `target`, if it is one of this site.
fn page_of_site(target: &str, config: &Config) -> Option<ReturnTo> {
    let url = Url::parse(target).ok()?;
    let is_of_site = url.origin() == config.base_url().origin()
        && url.username().is_empty()
        && url.password().is_none();
    let page = &url[Position::BeforePath..];
    is_of_site
        .then(|| config.routes().return_to(page))
        .flatten()
}
