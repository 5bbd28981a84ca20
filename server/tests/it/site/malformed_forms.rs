//! Forms that are too large, forged, or of another user.

use super::forms::{ADD, DELETE, RENAME, editor, names, products_of};
use crate::{
    browser::{ALICE, BOB},
    test_env::TestEnv,
};

#[tokio::test]
async fn a_field_of_any_length_is_handled_and_no_stored_data_is_lost() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    for length in [100, 3_000, 5_000, 40_000] {
        for letter in ["n", "ü", "%", "&"] {
            let name = letter.repeat(length);
            let response = alice
                .submit(
                    &page,
                    page.html().form(ADD),
                    &[
                        ("name", &name),
                        ("category", "C"),
                        ("price", "1"),
                        ("stock", "1"),
                    ],
                )
                .await;
            if response.status == 413 {
                // Percent-encoded, it exceeds the body limit.
                assert!(length == 40_000, "{length} of {letter}");
                continue;
            }
            assert_eq!(response.location(), "/products", "{length} of {letter}");
            assert!(
                response
                    .set_cookies()
                    .iter()
                    .all(|cookie| cookie.len() < 4_096),
                "{length} of {letter}"
            );
            let html = alice.follow(&response).await.html();
            assert_eq!(
                html.texts_where("id", "add-name-error"),
                ["Please use at most 80 characters."],
                "{length} of {letter}"
            );
            let kept = html.by_id("add-name").get("value").to_owned();
            assert!(
                name.starts_with(&kept) && kept.chars().count() > 80,
                "{length} of {letter}"
            );
            assert_eq!(html.by_id("add-category").get("value"), "C");
        }
    }
    let huge = "n".repeat(70_000);
    alice
        .submit(&page, page.html().form(ADD), &[("name", &huge)])
        .await
        .assert_status(413);
    assert_eq!(products_of(&alice).await.len(), 20);
}

#[tokio::test]
async fn another_users_product_does_not_exist() {
    let env = TestEnv::start().await;
    let (alice, bob) = (env.browser(), env.browser());
    alice.log_in(ALICE).await.assert_status(200);
    bob.log_in(BOB).await.assert_status(200);
    let hers = products_of(&alice).await.remove(0);
    let his = products_of(&bob).await;
    let id = his[0]["id"].as_str().unwrap();
    for (action, name) in [(RENAME, Some("Mine")), (DELETE, None)] {
        let (page, form) = editor(&alice, &hers, action).await;
        let mut typed = vec![("id", id)];
        typed.extend(name.map(|name| ("name", name)));
        let response = alice.submit(&page, form, &typed).await.assert_status(303);
        let page = alice.follow(&response).await;
        let text = page.html().text();
        assert!(
            text.contains("This product is not there any more."),
            "{text}"
        );
    }
    assert_eq!(products_of(&bob).await, his);
}

#[tokio::test]
async fn a_name_that_is_a_path_is_escaped() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let first = products_of(&alice).await.remove(0);
    let (page, form) = editor(&alice, &first, DELETE).await;
    let before = env.products_requests.entries().len();
    for id in [
        "..",
        ".",
        "",
        "../healthz",
        "x/../../y",
        "a?b=c",
        "%2e%2e",
        "\u{0}",
        &"i".repeat(300),
    ] {
        let response = alice
            .submit(&page, form.clone(), &[("id", id)])
            .await
            .assert_status(303);
        assert_eq!(response.location(), page.path_and_query(), "{id:?}");
    }
    for entry in &env.products_requests.entries()[before..] {
        let rest = entry
            .path
            .strip_prefix("/products/")
            .unwrap_or_else(|| panic!("{}", entry.path));
        assert!(!rest.contains('/'), "{}", entry.path);
    }
}

#[tokio::test]
async fn an_error_in_the_url_shows_none_of_its_text() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    for query in [
        "error=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "error=evil-words",
        "__err=ZXZpbC13b3Jkcw&__path=%2Fapi%2Fproducts",
        "__path=%2Fapi%2Fproducts&__err=eyJjb2RlIjoiZXZpbC13b3JkcyJ9",
    ] {
        let page = alice.open(&format!("/products?{query}")).await;
        let html = page.html();
        assert!(
            !html.text().contains("evil-words") && !html.text().contains("alert(1)"),
            "{query}"
        );
        assert!(!page.body.contains("<script>alert"), "{query}");
        assert_eq!(names(&page).len(), 20, "{query}");
    }
}
