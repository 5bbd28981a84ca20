//! The forms of the products page, posted by a browser without JavaScript.

use serde_json::Value;

use crate::{
    browser::{ALICE, Browser, Response},
    html::Form,
    test_env::TestEnv,
};

pub(crate) const ADD: &str = "/api/products";
pub(crate) const RENAME: &str = "/api/products/rename";
pub(crate) const DELETE: &str = "/api/products/delete";

pub(crate) const TEAPOT: &[(&str, &str)] = &[
    ("name", "Teapot & lid <2 l>"),
    ("category", "Kitchen"),
    ("price", "12,50"),
    ("stock", "4"),
];

/// Returns the user's products from the API.
pub(crate) async fn products_of(browser: &Browser) -> Vec<Value> {
    let listed = browser
        .get_json("/api/products")
        .await
        .assert_status(200)
        .json();
    listed["products"].as_array().unwrap().clone()
}

pub(crate) fn names(page: &Response) -> Vec<String> {
    page.html().texts_where("role", "rowheader")
}

/// Opens the editor of `product`. Returns the page and its form with this action.
pub(crate) async fn editor(browser: &Browser, product: &Value, action: &str) -> (Response, Form) {
    let id = product["id"].as_str().unwrap();
    let page = browser.open(&format!("/products?edit={id}")).await;
    let form = page.html().form_with(action, "id", id);
    (page, form)
}

#[tokio::test]
async fn an_added_product_is_in_the_list() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    let response = alice
        .submit(&page, page.html().form(ADD), TEAPOT)
        .await
        .assert_status(302);
    assert_eq!(response.location(), "/products?done=added");
    let page = alice.follow(&response).await.assert_status(200);
    assert_eq!(
        (names(&page).len(), names(&page)[0].as_str()),
        (21, "Teapot & lid <2 l>")
    );
    assert!(
        page.html().text().contains("€12.50"),
        "{}",
        page.html().text()
    );
    assert_eq!(page.html().texts_where("role", "alert"), [""; 0]);

    let mut added = products_of(&alice).await.remove(0);
    assert!(added["id"].take().is_string());
    let expected = serde_json::json!({
        "id": null, "name": "Teapot & lid <2 l>", "category": "Kitchen", "priceCents": 1250, "currency": "EUR", "stock": 4,
    });
    assert_eq!(added, expected);
}

#[tokio::test]
async fn a_renamed_product_has_its_new_name() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let second = products_of(&alice).await.remove(1);
    let (page, form) = editor(&alice, &second, RENAME).await;
    assert_eq!(form.fields["name"], second["name"].as_str().unwrap());
    let response = alice
        .submit(&page, form, &[("name", "  Fine thing  ")])
        .await
        .assert_status(302);
    assert_eq!(response.location(), "/products?done=renamed");
    let page = alice.follow(&response).await.assert_status(200);
    assert_eq!(names(&page)[1], "Fine thing");
    assert_eq!(names(&page).len(), 20);
}

#[tokio::test]
async fn a_deleted_product_is_gone() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let third = products_of(&alice).await.remove(2);
    let (page, form) = editor(&alice, &third, DELETE).await;
    let response = alice.submit(&page, form, &[]).await.assert_status(302);
    assert_eq!(response.location(), "/products?done=deleted");
    assert_eq!(
        names(&alice.follow(&response).await.assert_status(200)).len(),
        19
    );
    assert!(!products_of(&alice).await.contains(&third));

    // The page was open in another tab as well.
    let form = page
        .html()
        .form_with(DELETE, "id", third["id"].as_str().unwrap());
    let response = alice.submit(&page, form, &[]).await.assert_status(303);
    assert_eq!(response.location(), page.path_and_query());
    let page = alice.follow(&response).await;
    assert!(
        page.html()
            .text()
            .contains("This product is not there any more."),
        "{}",
        page.html().text()
    );
}

#[tokio::test]
async fn an_invalid_form_is_shown_again_with_its_input_and_an_error_at_each_field() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    let typed = [
        ("name", "n".repeat(81)),
        ("category", " ".to_owned()),
        ("price", "cheap".to_owned()),
        ("stock", "99999999".to_owned()),
    ];
    let typed: Vec<_> = typed
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let response = alice
        .submit(&page, page.html().form(ADD), &typed)
        .await
        .assert_status(303);
    assert_eq!(response.location(), "/products");

    let page = alice.follow(&response).await;
    let html = page.html();
    for ((field, sentence), (_, value)) in [
        ("name", "Please use at most 80 characters."),
        ("category", "Please fill this in."),
        ("price", "Please enter a price such as 12.50."),
        ("stock", "This number is too large."),
    ]
    .into_iter()
    .zip(&typed)
    {
        let input = html.by_id(&format!("add-{field}"));
        assert_eq!(
            (input.get("value"), input.get("aria-invalid")),
            (*value, "true"),
            "{field}"
        );
        assert_eq!(
            html.texts_where("id", input.get("aria-describedby")),
            [sentence],
            "{field}"
        );
    }
    assert_eq!(
        html.texts_where("role", "alert"),
        ["Please correct the marked fields. Nothing was saved yet."]
    );
    assert!(
        html.all("details")
            .iter()
            .any(|details| details.has("open")),
        "the form is not folded away"
    );
    assert_eq!(products_of(&alice).await.len(), 20);

    // The corrected form is accepted, and a reload shows an empty form.
    let response = alice
        .submit(&page, html.form(ADD), TEAPOT)
        .await
        .assert_status(302);
    assert_eq!(response.location(), "/products?done=added");
    let page = alice.follow(&response).await.assert_status(200);
    assert_eq!(names(&page).len(), 21);
    assert_eq!(page.html().by_id("add-name").get("value"), "");
}

/// The cookie has up to 4 KB, and proxies limit the headers of a response.
#[tokio::test]
async fn the_input_of_a_failed_form_is_in_one_cookie() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    let failed = alice
        .submit(&page, page.html().form(ADD), &[("price", "x")])
        .await
        .assert_status(303);
    let mut cookies = failed.set_cookies();
    cookies.retain(|cookie| cookie.starts_with("session_form="));
    assert_eq!(cookies.len(), 1);
}

#[tokio::test]
async fn a_rename_with_an_error_is_shown_in_its_row_only() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let product = products_of(&alice).await.remove(3);
    let (page, form) = editor(&alice, &product, RENAME).await;
    let response = alice
        .submit(&page, form, &[("name", "   ")])
        .await
        .assert_status(303);
    assert_eq!(response.location(), page.path_and_query());
    let html = alice.follow(&response).await.html();
    assert_eq!(html.form(RENAME).fields["name"], "   ");
    let input = html.by_id("new-name");
    assert_eq!(
        html.texts_where("id", input.get("aria-describedby")),
        ["Please fill this in."]
    );
    assert!(input.has("autofocus"));
    assert_eq!(
        html.all("input")
            .iter()
            .filter(|input| input.has("aria-invalid"))
            .count(),
        1
    );
    assert!(
        html.all("details")
            .iter()
            .all(|details| !details.has("open"))
    );
}

#[tokio::test]
async fn form_input_survives_a_login() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    alice.log_out().await.assert_status(200);
    let response = alice
        .submit(&page, page.html().form(ADD), TEAPOT)
        .await
        .assert_status(303);
    assert_eq!(response.location(), "/auth/login?returnTo=%2Fproducts");
    let login = alice.follow_redirects(response).await.assert_status(200);
    let page = alice
        .submit_login(&login, ALICE, crate::browser::PASSWORD)
        .await;
    assert_eq!(page.path_and_query(), "/products");
    let html = page.html();
    assert_eq!(html.by_id("add-name").get("value"), "Teapot & lid <2 l>");
    assert!(
        html.text()
            .contains("Your session had ended, so nothing was saved."),
        "{}",
        html.text()
    );
    assert_eq!(names(&page).len(), 20);
    let response = alice
        .submit(&page, html.form(ADD), &[])
        .await
        .assert_status(302);
    assert_eq!(
        names(&alice.follow(&response).await.assert_status(200))[0],
        "Teapot & lid <2 l>"
    );
}
