//! Forms that are too large, forged, or of another user.

use super::forms::{ADD, DELETE, RENAME, names, products_of};
use crate::{
    browser::{ALICE, BOB, Response},
    html::Form,
    test_env::TestEnv,
};

fn first_delete(page: &Response) -> Form {
    page.html().form(DELETE)
}

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
            assert_eq!(
                response.location(),
                "/products?error=invalid",
                "{length} of {letter}"
            );
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
    let page = alice.log_in(ALICE).await.assert_status(200);
    bob.log_in(BOB).await.assert_status(200);
    let his = products_of(&bob).await;
    let id = his[0]["id"].as_str().unwrap();
    for (form, more) in [
        (
            page.html().form_with(RENAME, "name", &names(&page)[0]),
            &[("name", "Mine")][..],
        ),
        (first_delete(&page), &[]),
    ] {
        let mut typed = vec![("id", id)];
        typed.extend(more);
        let response = alice.submit(&page, form, &typed).await.assert_status(303);
        assert_eq!(response.location(), "/products?error=not_found");
    }
    assert_eq!(products_of(&bob).await, his);
}

#[tokio::test]
async fn a_name_that_is_a_path_is_escaped() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
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
            .submit(&page, first_delete(&page), &[("id", id)])
            .await
            .assert_status(303);
        assert_eq!(response.location(), "/products?error=not_found", "{id:?}");
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
