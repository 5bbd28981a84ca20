use axum::body::Bytes;
use http::{HeaderValue, Method, Request, header, request::Parts};
use secrecy::SecretString;

use super::FailedForms;
use crate::{
    page_user::PageUser, random::SystemRandom, request::PostedForm, seal::Keyring,
    session::CurrentUser,
};

const PAGE: &str = "/products";

fn forms(secret: &str) -> FailedForms {
    let secret = SecretString::from(secret.repeat(32));
    FailedForms::new(
        Keyring::new(&[secret], SystemRandom::shared()),
        false,
        "session",
    )
}

fn post(body: impl Into<Bytes>) -> Parts {
    let mut parts = Request::post("/api/products")
        .body(())
        .expect("a request")
        .into_parts()
        .0;
    parts.extensions.insert(PostedForm(body.into()));
    parts.extensions.insert(PageUser::anonymous());
    parts
}

/// Returns the request that opens the page with the cookie of `kept`.
fn page(kept: &HeaderValue) -> Parts {
    let cookie = kept
        .to_str()
        .expect("text")
        .split(';')
        .next()
        .expect("a pair");
    let request = Request::get(PAGE).header(header::COOKIE, cookie);
    let mut parts = request.body(()).expect("a request").into_parts().0;
    parts.extensions.insert(CurrentUser::Anonymous);
    parts
}

#[test]
fn the_form_and_its_error_come_back_once() {
    let forms = forms("a");
    let kept = forms
        .keep(&post("name=T+%26+b&auth0_page_user=x&stock="), PAGE, "E")
        .expect("kept");
    let attributes = kept.to_str().expect("text");
    assert!(attributes.starts_with("session_form="), "{attributes}");
    assert!(
        attributes.ends_with("; Path=/products; Max-Age=300; HttpOnly; SameSite=Lax"),
        "{attributes}"
    );
    assert!(!attributes.contains("name"), "sealed: {attributes}");

    let (form, removal) = forms.take(&page(&kept), PAGE);
    let form = form.expect("a form");
    assert_eq!(
        (form.action.as_str(), form.error.as_str()),
        ("/api/products", "E")
    );
    let fields = [("name", "T & b"), ("stock", "")].map(|(n, v)| (n.to_owned(), v.to_owned()));
    assert_eq!(form.fields, fields);
    let removal = removal.expect("a removal");
    let removal = removal.to_str().expect("text");
    assert!(
        removal.starts_with("session_form=; Path=/products; Max-Age=0;"),
        "{removal}"
    );
}

#[test]
fn a_form_too_large_for_a_cookie_keeps_the_beginning_of_its_longest_field() {
    let forms = forms("a");
    let body = format!("short=kept&long={}&other=kept+too", "x".repeat(5000));
    let kept = forms.keep(&post(body), PAGE, "E").expect("kept");
    assert!(kept.len() <= 4096, "{}", kept.len());
    let fields = forms.take(&page(&kept), PAGE).0.expect("a form").fields;
    let lengths: Vec<_> = fields.iter().map(|(_, value)| value.len()).collect();
    assert_eq!(lengths, [4, 1250, 8]);
    assert_eq!(forms.keep(&post(""), PAGE, &"e".repeat(4000)), None);
}

#[test]
fn a_form_is_not_shown_to_another_user_on_another_page_or_with_another_secret() {
    let keeping = forms("a");
    let kept = keeping.keep(&post("name=x"), PAGE, "E").expect("kept");
    assert_eq!(keeping.take(&page(&kept), "/profile").0, None);
    assert_eq!(forms("b").take(&page(&kept), PAGE).0, None);

    let mut of_another = post("name=x");
    of_another
        .extensions
        .insert(PageUser::from_text("sometagofauser"));
    let kept = keeping.keep(&of_another, PAGE, "E").expect("kept");
    let (form, removal) = keeping.take(&page(&kept), PAGE);
    assert_eq!(form, None);
    assert!(
        removal.is_some(),
        "removed, so that it does not remain for its lifetime"
    );
}

#[test]
fn a_head_request_and_a_request_without_the_cookie_take_nothing() {
    let forms = forms("a");
    let kept = forms.keep(&post("name=x"), PAGE, "E").expect("kept");
    let mut head = page(&kept);
    head.method = Method::HEAD;
    assert_eq!(forms.take(&head, PAGE), (None, None));
    let mut without = page(&kept);
    without.headers.clear();
    assert_eq!(forms.take(&without, PAGE), (None, None));
}
