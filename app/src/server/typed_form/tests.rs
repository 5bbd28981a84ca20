use super::{LARGEST, cookie, kept, read, returned, written};
use crate::{
    AppError, Field, FieldFault,
    forms::{ADD, TypedForm},
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
fn what_was_typed_comes_back_to_the_letter() {
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
fn a_field_that_is_far_too_long_is_cut_and_still_too_long() {
    let text = written(add(&"ü".repeat(100_000)), None);
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
    let nothing = returned(None, None);
    assert_eq!(nothing.error, None);
    assert_eq!(nothing.form.form, "");
    assert_eq!(read("nonsense"), None);
    assert_eq!(read("form=other&name=x"), None);
}

#[test]
fn an_order_that_failed_keeps_its_key_and_any_other_gets_a_new_one() {
    let failed = |code: &str, form| returned(Some(code.into()), form);
    let order = TypedForm::order("k7-p1");
    let back = failed("api_timed_out", Some(order.clone()));
    assert_eq!(back.form.key, "k7");
    assert!(back.elsewhere().is_some(), "the page says why");
    // Also over a login.
    assert_eq!(returned(None, Some(order)).form.key, "k7");

    let keys = [None, None, Some(add("Säge"))].map(|form| failed("internal", form).form.key);
    assert!(keys.iter().all(|key| key.len() == 32), "{keys:?}");
    assert!(
        keys[0] != keys[1] && keys[1] != keys[2] && keys[2] != keys[0],
        "{keys:?}"
    );
    let far_too_long = format!("form=order&key={}", "k".repeat(101));
    assert_eq!(read(&far_too_long), None);
}
