//! The way of a form that was posted without JavaScript and failed: back to its page, with what was typed.
//!
//! The redirect carries a code only. What was typed waits in a cookie of its own for a few minutes, also over a login
//! in between, and is deleted when the page shows it.

use super::check;
use crate::{
    AppError,
    forms::{ProductForm, Returned, RowForm, TypedForm},
    paths,
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

impl TypedForm {
    pub(crate) fn add(form: ProductForm) -> Self {
        Self {
            add: Some(form),
            row: None,
        }
    }

    pub(crate) fn rename(id: &str, name: &str) -> Self {
        let row = RowForm {
            id: id.to_owned(),
            name: Some(name.to_owned()),
        };
        Self {
            add: None,
            row: Some(row),
        }
    }

    pub(crate) fn delete(id: &str) -> Self {
        let row = RowForm {
            id: id.to_owned(),
            name: None,
        };
        Self {
            add: None,
            row: Some(row),
        }
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
        Err(_) => keep(&form),
    }
    outcome
}

/// Gives the browser `form` to keep, if it posted it itself.
fn keep(form: &TypedForm) {
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
    if let Some(cookie) = cookie(&written(form), MAX_AGE, over_https) {
        response.append_header(header::SET_COOKIE, cookie);
    }
}

/// The form that came back to the page at hand and why it failed. The browser is told to forget it.
pub(super) fn take() -> Option<Returned> {
    let (parts, response) = (use_context::<Parts>()?, use_context::<ResponseOptions>()?);
    let code = parts.uri.query().and_then(error_code);
    let form = kept(&parts.headers).and_then(|value| read(&value));
    if form.is_some()
        && let Some(cookie) = cookie("", 0, false)
    {
        response.append_header(header::SET_COOKIE, cookie);
    }
    Some(returned(code, form))
}

fn returned(code: Option<String>, form: Option<TypedForm>) -> Returned {
    // A product that is gone has no row in which a form could say so: then the page says it.
    let form = form.filter(|form| form.row.is_none() || code.as_deref() != Some("not_found"));
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
    Returned {
        error: error.map(AppError::into),
        form: form.unwrap_or_default(),
    }
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
              AUTH0_AUDIENCE, PRODUCTS_API_AUDIENCE or PRODUCTS_API_SCOPE."
            .to_owned(),
    }))
}

fn faults(form: &TypedForm) -> Option<AppError> {
    let add = form
        .add
        .as_ref()
        .and_then(|form| check::new_product(form).err());
    let name = form.row.as_ref().and_then(|row| row.name.as_deref());
    add.or_else(|| name.and_then(|name| check::name(name).err()))
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
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, value)| *name == COOKIE && value.len() <= LARGEST)
        .map(|(_, value)| value.to_owned())
}

fn written(form: &TypedForm) -> String {
    let mut fields = Vec::new();
    if let Some(form) = &form.add {
        fields.extend([
            ("form", "add"),
            ("name", &form.name),
            ("category", &form.category),
            ("price", &form.price),
            ("stock", &form.stock),
        ]);
    }
    if let Some(row) = &form.row {
        fields.extend([("form", "row"), ("id", row.id.as_str())]);
        fields.extend(row.name.as_ref().map(|name| ("name", name.as_str())));
    }
    let written = |longest| {
        let mut text = form_urlencoded::Serializer::new(String::new());
        for (field, value) in &fields {
            let value: String = value.chars().take(longest).collect();
            text.append_pair(field, &value);
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

fn read(text: &str) -> Option<TypedForm> {
    let field = |wanted: &str| {
        form_urlencoded::parse(text.as_bytes())
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    };
    match field("form")?.as_str() {
        "add" => Some(TypedForm::add(ProductForm {
            name: field("name")?,
            category: field("category")?,
            price: field("price")?,
            stock: field("stock")?,
        })),
        "row" => Some(TypedForm {
            add: None,
            row: Some(RowForm {
                id: field("id")?,
                name: field("name"),
            }),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{LARGEST, cookie, kept, read, returned, written};
    use crate::{
        AppError, Field, FieldFault,
        forms::{ProductForm, Returned, TypedForm},
    };
    use http::{HeaderMap, HeaderValue, header};

    fn add(name: &str) -> TypedForm {
        TypedForm::add(ProductForm {
            name: name.into(),
            category: "Tools; \"sharp\"".into(),
            price: "12,50 €".into(),
            stock: "4\r\nSet-Cookie: x=y".into(),
        })
    }

    #[test]
    fn what_was_typed_comes_back_to_the_letter() {
        let rename = TypedForm::rename("p1", "größer & <b>");
        for form in [add("Säge"), rename, TypedForm::delete("p1")] {
            let cookie = cookie(&written(&form), 300, false).expect("a cookie");
            let pair = cookie
                .to_str()
                .expect("ASCII")
                .split(';')
                .next()
                .expect("a pair")
                .to_owned();
            let mut headers = HeaderMap::new();
            let sent = format!("other=1; {pair}; last=2");
            headers.insert(
                header::COOKIE,
                HeaderValue::from_str(&sent).expect("a header"),
            );
            assert_eq!(kept(&headers).and_then(|value| read(&value)), Some(form));
        }
    }

    #[test]
    fn a_field_that_is_far_too_long_is_cut_and_still_too_long() {
        let text = written(&add(&"ü".repeat(100_000)));
        assert!(text.len() <= LARGEST);
        let form = read(&text);
        let error: AppError = returned(Some("invalid".into()), form)
            .error
            .expect("an error")
            .into();
        assert_eq!(error.fault_of(Field::Name), Some(FieldFault::TooLong));
    }

    #[test]
    fn a_cookie_over_https_is_secure() {
        let attributes = |secure| {
            cookie("form=delete", 300, secure)
                .expect("a cookie")
                .to_str()
                .expect("ASCII")
                .to_owned()
        };
        assert!(attributes(true).ends_with("; Secure"));
        assert!(!attributes(false).contains("Secure"));
        assert!(attributes(false).contains("HttpOnly; SameSite=Lax"));
    }

    #[test]
    fn a_form_that_met_a_login_says_that_nothing_was_saved() {
        let back = returned(None, Some(add("Säge")));
        assert_eq!(back.error.map(AppError::from), Some(AppError::Unsent));
    }

    #[test]
    fn a_page_without_a_code_or_a_form_has_nothing_to_say() {
        assert_eq!(returned(None, None), Returned::default());
        assert_eq!(read("nonsense"), None);
        assert_eq!(read("form=add&name=x"), None);
    }
}
