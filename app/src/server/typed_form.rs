//! The way of a form that was posted without JavaScript and failed: back to its page, with what was typed.
//!
//! The redirect carries a code only. What was typed waits in a cookie of its own for a few minutes, also over a login
//! in between, and is deleted when the page shows it. A page of another user does not show it.

use super::check;
use crate::{
    AppError,
    forms::{ADD, RENAME, Returned, TypedForm},
    paths,
};
use axum_auth0::{
    CurrentUser, PageUser, cookies,
    random::{RandomSource as _, SystemRandom},
};
use http::{HeaderMap, HeaderValue, header, request::Parts};
use leptos::prelude::use_context;
use leptos_auth0::{
    AuthError, Explanation,
    server::{answer_form, is_plain_form},
};
use leptos_axum::ResponseOptions;
use std::future::Future;
use url::form_urlencoded;

const COOKIE: &str = "typed_form";

/// Long enough for a login in between, in seconds.
const MAX_AGE: u32 = 300;

/// Of the whole cookie's value, in bytes: a browser drops a larger one.
const LARGEST: usize = 3500;

/// What of each field is kept, in characters. Where everything together is too large for a cookie, it is the second:
/// still more than any field takes, so that what is too long stays too long.
const LONGEST_FIELD: [usize; 2] = [3000, 90];

/// The site's own keys of orders are shorter.
const LONGEST_KEY: usize = 100;

/// Under this name the cookie keeps for which user the form was rendered.
const PAGE_USER: &str = "page_user";

/// The form that deletes a product.
const DELETE: &str = "delete";

/// The form that orders a product; it has no place of its own on the page.
const ORDER: &str = "order";

impl TypedForm {
    pub(crate) fn rename(id: &str, name: &str) -> Self {
        Self {
            form: RENAME.to_owned(),
            id: id.to_owned(),
            name: name.to_owned(),
            ..Self::default()
        }
    }

    pub(crate) fn delete(id: &str) -> Self {
        Self {
            form: DELETE.to_owned(),
            id: id.to_owned(),
            ..Self::default()
        }
    }

    pub(crate) fn order(key: &str) -> Self {
        Self {
            form: ORDER.to_owned(),
            key: key.to_owned(),
            ..Self::default()
        }
    }

    /// The fields by their names in the cookie.
    fn fields(&mut self) -> [(&'static str, &mut String); 7] {
        [
            ("form", &mut self.form),
            ("id", &mut self.id),
            ("name", &mut self.name),
            ("category", &mut self.category),
            ("price", &mut self.price),
            ("stock", &mut self.stock),
            ("key", &mut self.key),
        ]
    }
}

/// Does the work of a form of the products page and ends it: a plain post goes to the page on success, and comes back
/// to it with `form` on failure.
///
/// # Errors
/// Those of `work`.
pub(crate) async fn finish_form(
    form: TypedForm,
    work: impl Future<Output = Result<(), AppError>>,
) -> Result<(), AppError> {
    let outcome = work.await;
    match &outcome {
        Ok(()) => answer_form(paths::PRODUCTS),
        Err(_) => keep(form),
    }
    outcome
}

/// Gives the browser `form` to keep, if it posted it itself.
fn keep(form: TypedForm) {
    let (Some(parts), Some(response)) = (use_context::<Parts>(), use_context::<ResponseOptions>())
    else {
        return;
    };
    if !is_plain_form(&parts) {
        return;
    }
    // A browser's own post always has an Origin, and there the scheme that the browser sees.
    let over_https = parts
        .headers
        .get(header::ORIGIN)
        .is_some_and(|origin| origin.as_bytes().starts_with(b"https:"));
    let page = parts.extensions.get::<PageUser>();
    if let Some(cookie) = cookie(&written(form, page), MAX_AGE, over_https) {
        response.append_header(header::SET_COOKIE, cookie);
    }
}

/// The form that came back to the page at hand and why it failed. The browser is told to forget it.
pub(super) fn take() -> Option<Returned> {
    let (parts, response) = (use_context::<Parts>()?, use_context::<ResponseOptions>()?);
    let code = parts.uri.query().and_then(error_code);
    let kept = kept(&parts.headers).and_then(|value| Some((read(&value)?, page_user(&value))));
    if kept.is_some()
        && let Some(cookie) = cookie("", 0, false)
    {
        response.append_header(header::SET_COOKIE, cookie);
    }
    let now = parts.extensions.get::<CurrentUser>();
    let form = kept.filter(|(_, page)| is_for(page.as_deref(), now));
    Some(returned(code, form.map(|(form, _)| form)))
}

/// Whether what was typed into a page with the value `page` may be shown to the user `now`.
fn is_for(page: Option<&str>, now: Option<&CurrentUser>) -> bool {
    page.is_none_or(|page| now.is_some_and(|now| now.is_user_of_page(page)))
}

fn returned(code: Option<String>, form: Option<TypedForm>) -> Returned {
    // A product that is gone has no row in which a form could say so: then the page says it.
    let is_gone = code.as_deref() == Some("not_found");
    let form = form.filter(|form| !is_gone || form.id.is_empty());
    let error = match (code, &form) {
        // Which fields were wrong is found out anew.
        (Some(code), Some(form)) if code == "invalid" => {
            Some(faults(form).unwrap_or_else(|| failure(code)))
        }
        (Some(code), _) => Some(failure(code)),
        // The login came in between.
        (None, Some(_)) => Some(AppError::Unsent),
        (None, None) => None,
    };
    let mut form = form.unwrap_or_default();
    form.key = beginning(&form.key).unwrap_or_else(new_order_key);
    Returned {
        error: error.map(AppError::into),
        form,
    }
}

/// What a page's keys begin with, out of one of them; see [`Returned::form`].
fn beginning(key: &str) -> Option<String> {
    let (beginning, _) = key.split_once('-')?;
    Some(beginning.to_owned()).filter(|beginning| !beginning.is_empty())
}

/// 128 random bits, so that no order is taken for another.
fn new_order_key() -> String {
    use std::fmt::Write as _;

    let mut bits = [0; 16];
    SystemRandom.fill(&mut bits);
    bits.iter()
        .fold(String::with_capacity(32), |mut key, byte| {
            _ = write!(key, "{byte:02x}");
            key
        })
}

/// The error that a code stands for. What is wrong with a configuration is more than fits into one: the log has it.
fn failure(code: String) -> AppError {
    if code != "misconfigured" {
        return AppError::from_code(code);
    }
    AppError::Auth(AuthError::Misconfigured(Explanation {
        code,
        cause: "The site's configuration keeps this from working. Nothing was saved.".to_owned(),
        fix: "The server's log says, under \u{201c}misconfiguration\u{201d}, what is wrong and which variable to set: \
              AUTH0_AUDIENCE, PRODUCTS_API_AUDIENCE or PRODUCTS_API_SCOPE; for an order, those that begin with ORDERS_API_."
            .to_owned(),
    }))
}

fn faults(form: &TypedForm) -> Option<AppError> {
    match form.form.as_str() {
        ADD => check::new_product(form).err(),
        RENAME => check::name(&form.name).err(),
        _ => None,
    }
}

fn error_code(query: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "error")
        .map(|(_, code)| code.into_owned())
}

fn cookie(value: &str, max_age: u32, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let path = paths::PRODUCTS;
    // Lax, not Strict: a login in between comes back from another site.
    let cookie =
        format!("{COOKIE}={value}; Path={path}; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}");
    if value.len() > LARGEST {
        None
    } else {
        HeaderValue::from_str(&cookie).ok()
    }
}

fn kept(headers: &HeaderMap) -> Option<String> {
    cookies::pairs(headers)
        .find(|(name, value)| *name == COOKIE && value.len() <= LARGEST)
        .map(|(_, value)| value.to_owned())
}

fn written(mut form: TypedForm, page: Option<&PageUser>) -> String {
    let fields = form.fields();
    let written = |longest| {
        let mut text = form_urlencoded::Serializer::new(String::new());
        if let Some(page) = page {
            text.append_pair(PAGE_USER, page.as_str());
        }
        for (field, value) in &fields {
            let value: String = value.chars().take(longest).collect();
            if !value.is_empty() {
                text.append_pair(field, &value);
            }
        }
        text.finish()
    };
    let [all, short] = LONGEST_FIELD;
    let text = written(all);
    if text.len() <= LARGEST {
        text
    } else {
        written(short)
    }
}

/// For which user the page with the form was rendered.
fn page_user(text: &str) -> Option<String> {
    form_urlencoded::parse(text.as_bytes())
        .find(|(name, _)| name == PAGE_USER)
        .map(|(_, value)| value.into_owned())
}

fn read(text: &str) -> Option<TypedForm> {
    let mut form = TypedForm::default();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        let field = form.fields().into_iter().find(|(field, _)| *field == name);
        if let Some((_, field)) = field {
            *field = value.into_owned();
        }
    }
    let is_known = [ADD, RENAME, DELETE, ORDER].contains(&form.form.as_str());
    Some(form).filter(|form| is_known && form.key.len() <= LONGEST_KEY)
}

#[cfg(test)]
mod tests;
