//! An API that is down, and one that is not configured.

use super::super::forms::names;
use super::{ORDER, env_with_orders, orders, section};
use crate::{browser::ALICE, test_env::TestEnv};

#[tokio::test]
async fn an_outage_of_one_api_leaves_the_rest_of_the_page_intact() {
    let mut env = env_with_orders().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let sentence = "The service behind this page could not be reached.";

    env.stop_orders().await;
    let page = alice.open("/products").await.assert_status(200);
    assert_eq!(names(&page).len(), 20);
    assert!(section(&page).contains(sentence), "{}", section(&page));
    alice.get_json(ORDER).await.assert_status(502);
    env.start_orders();

    env.stop_api().await;
    let page = alice.open("/products").await.assert_status(502);
    assert!(page.html().text().contains(sentence));
    assert_eq!(orders(&page).len(), 5);
    env.start_api();
    assert_eq!(
        names(&alice.open("/products").await.assert_status(200)).len(),
        20
    );
}

#[tokio::test]
async fn a_site_without_an_orders_api_says_how_to_configure_one() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await.assert_status(200);
    assert_eq!(names(&page).len(), 20);
    // There is no error, so there is no alert.
    assert_eq!(page.html().texts_where("role", "alert"), [""; 0]);
    let message = section(&page);
    for words in [
        "ORDERS_API_URL is not set",
        "How to fix it",
        "ORDERS_API_AUDIENCE",
    ] {
        assert!(message.contains(words), "{words} is not in: {message}");
    }
    let refused = alice.get_json(ORDER).await.assert_status(500).json();
    assert_eq!(refused["details"]["code"], "api_not_configured");
}
