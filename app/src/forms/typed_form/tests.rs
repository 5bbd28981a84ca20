use super::{MAX_COOKIE_BYTES, cookie, kept, read, returned, written};
use crate::{
    error::{AppError, Field, InvalidReason},
    forms::types::{ADD, TypedForm},
};
use http::{HeaderMap, HeaderValue, header};

fn add(name: &str) -> TypedForm {
    TypedForm {
        form: ADD.into(),
        name: name.into(),
        category: "Tools; \"sharp\"".into(),
        price: "12,50 €".into(),
        stock: "4\r\nSet-Cookie: x=y".into(),
        ..TypedForm::default()
    }
}

#[test]
fn the_cookie_preserves_every_field_exactly() {
    let rename = TypedForm::rename("p1", "größer & <b>");
    let order = TypedForm::order("k7-p1");
    for form in [add("Säge"), rename, TypedForm::delete("p1"), order] {
        let cookie = cookie(&written(form.clone(), None), 300, false).expect("a cookie");
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
fn an_oversized_field_is_truncated_and_still_too_long() {
    let text = written(add(&"ü".repeat(100_000)), None);
    assert!(text.len() <= MAX_COOKIE_BYTES);
    let form = read(&text);
    let error: AppError = returned(Some("invalid".into()), form)
        .error
        .expect("an error")
        .into();
    assert_eq!(error.reason_for(Field::Name), Some(InvalidReason::TooLong));
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
fn a_form_interrupted_by_a_login_reports_the_expired_session() {
    let back = returned(None, Some(add("Säge")));
    assert_eq!(
        back.error.map(AppError::from),
        Some(AppError::SessionExpiredDuringSubmit)
    );
}

#[test]
fn a_page_without_a_code_or_a_form_has_no_error() {
    let nothing = returned(None, None);
    assert_eq!(nothing.error, None);
    assert_eq!(nothing.form.form, "");
    assert_eq!(read("nonsense"), None);
    assert_eq!(read("form=other&name=x"), None);
}

#[test]
fn a_failed_order_keeps_its_key_and_other_forms_get_new_ones() {
    let failed = |code: &str, form| returned(Some(code.into()), form);
    let order = TypedForm::order("k7-p1");
    let back = failed("api_timed_out", Some(order.clone()));
    assert_eq!(back.form.key, "k7");
    assert!(back.elsewhere().is_some(), "the page shows the error");
    // Also after a login.
    assert_eq!(returned(None, Some(order)).form.key, "k7");

    let keys = [None, None, Some(add("Säge"))].map(|form| failed("internal", form).form.key);
    assert!(keys.iter().all(|key| key.len() == 32), "{keys:?}");
    assert!(
        keys[0] != keys[1] && keys[1] != keys[2] && keys[2] != keys[0],
        "{keys:?}"
    );
    let oversized_key = format!("form=order&key={}", "k".repeat(101));
    assert_eq!(read(&oversized_key), None);
}
