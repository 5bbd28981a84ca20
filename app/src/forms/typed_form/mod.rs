//! Returns a form that was posted without JavaScript and failed to its page, with what the user typed.
//!
//! The redirect carries a code only. The input is in a cookie that lives for a few minutes, so that it survives a login,
//! and is deleted when the page shows it. A page of another user does not show it.

use super::types::{ADD, RENAME, Returned, TypedForm};
use crate::{error::AppError, paths, server::validation};
use axum_auth0::{
    CurrentUser, PageUser, cookies,
    random::{RandomSource as _, SystemRandom},
};
use http::{HeaderMap, HeaderValue, header, request::Parts};
use leptos::prelude::use_context;
use leptos_auth0::{
    AuthError, Explanation,
    server::{is_plain_form, redirect_after_form},
};
use leptos_axum::ResponseOptions;
use std::future::Future;
use url::form_urlencoded;

const COOKIE: &str = "typed_form";

/// Lifetime of the cookie in seconds: long enough for a login.
const MAX_AGE: u32 = 300;

/// Upper bound for the value of the cookie, in bytes. Browsers drop larger cookies.
const MAX_COOKIE_BYTES: usize = 3500;

/// Upper bounds for each kept field, in characters. The second applies if the cookie would be too large. It exceeds the
/// limit of every field, so that a field that is too long stays too long.
const MAX_FIELD_CHARS: [usize; 2] = [3000, 90];

/// Upper bound for an order's key, in characters. The site's own keys are shorter.
const MAX_KEY_CHARS: usize = 100;

/// The cookie's member that names the user of the page.
const PAGE_USER: &str = "page_user";

/// The form that deletes a product.
const DELETE: &str = "delete";

/// The form that orders a product. It shows no error itself.
const ORDER: &str = "order";

impl TypedForm {
    /// Returns the fields of a new product.
    pub(crate) fn product_input(&self) -> validation::ProductInput<'_> {
        validation::ProductInput {
            name: &self.name,
            category: &self.category,
            price: &self.price,
            stock: &self.stock,
        }
    }

    pub(crate) fn add(name: String, category: String, price: String, stock: String) -> Self {
        Self {
            form: ADD.to_owned(),
            name,
            category,
            price,
            stock,
            ..Self::default()
        }
    }

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

    /// Returns the fields by their names in the cookie.
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

/// Runs the `work` of a form of the products page. Redirects a form that the browser posted itself to the page; if the
/// work failed, the page shows `form` again.
///
/// # Errors
/// Those of `work`.
pub(crate) async fn finish_form(
    form: TypedForm,
    work: impl Future<Output = Result<(), AppError>>,
) -> Result<(), AppError> {
    let outcome = work.await;
    match &outcome {
        Ok(()) => redirect_after_form(paths::PRODUCTS),
        Err(_) => keep(form),
    }
    outcome
}

/// Stores `form` in a cookie, if the browser posted it itself.
fn keep(form: TypedForm) {
    let (Some(parts), Some(response)) = (use_context::<Parts>(), use_context::<ResponseOptions>())
    else {
        return;
    };
    if !is_plain_form(&parts) {
        return;
    }
    // Browsers send `Origin` with every post. Its scheme is the public one, also behind a proxy.
    let over_https = parts
        .headers
        .get(header::ORIGIN)
        .is_some_and(|origin| origin.as_bytes().starts_with(b"https:"));
    let page = parts.extensions.get::<PageUser>();
    if let Some(cookie) = cookie(&written(form, page), MAX_AGE, over_https) {
        response.append_header(header::SET_COOKIE, cookie);
    }
}

/// Returns the form that the current page shows again and why it failed, and deletes the cookie.
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

/// Returns whether a form from a page with the page user `page` may be shown to the user `now`.
fn is_for(page: Option<&str>, now: Option<&CurrentUser>) -> bool {
    page.is_none_or(|page| now.is_some_and(|now| now.is_user_of_page(page)))
}

fn returned(code: Option<String>, form: Option<TypedForm>) -> Returned {
    // A deleted product has no row that could show the error, so the page shows it.
    let is_gone = code.as_deref() == Some("not_found");
    let form = form.filter(|form| !is_gone || form.id.is_empty());
    let error = match (code, &form) {
        // The redirect carries no details, so the form is validated again.
        (Some(code), Some(form)) if code == "invalid" => {
            Some(validation_error(form).unwrap_or_else(|| failure(code)))
        }
        (Some(code), _) => Some(failure(code)),
        // No error code: the login redirected to the page.
        (None, Some(_)) => Some(AppError::SessionExpiredDuringSubmit),
        (None, None) => None,
    };
    let mut form = form.unwrap_or_default();
    form.key = beginning(&form.key).unwrap_or_else(new_order_key);
    Returned {
        error: error.map(AppError::into),
        form,
    }
}

/// Returns the prefix of an order's key; see [`Returned::form`].
fn beginning(key: &str) -> Option<String> {
    let (beginning, _) = key.split_once('-')?;
    Some(beginning.to_owned()).filter(|beginning| !beginning.is_empty())
}

/// Returns 128 random bits in hexadecimal, so that keys of different orders never collide.
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

/// Returns the error for `code`. The explanation of a misconfiguration does not fit into a code; it is in the log.
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

fn validation_error(form: &TypedForm) -> Option<AppError> {
    match form.form.as_str() {
        ADD => validation::new_product(&form.product_input()).err(),
        RENAME => validation::name(&form.name).err(),
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
    if value.len() > MAX_COOKIE_BYTES {
        None
    } else {
        HeaderValue::from_str(&cookie).ok()
    }
}

fn kept(headers: &HeaderMap) -> Option<String> {
    cookies::pairs(headers)
        .find(|(name, value)| *name == COOKIE && value.len() <= MAX_COOKIE_BYTES)
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
    let [all, short] = MAX_FIELD_CHARS;
    let text = written(all);
    if text.len() <= MAX_COOKIE_BYTES {
        text
    } else {
        written(short)
    }
}

/// Returns the page user of the page with the form.
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
    Some(form).filter(|form| is_known && form.key.len() <= MAX_KEY_CHARS)
}

#[cfg(test)]
mod tests;
