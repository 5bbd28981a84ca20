//! What the page Tokens says of the binding of access tokens.

use crate::{browser::ALICE, test_env::TestEnv};

#[tokio::test]
async fn the_page_says_what_a_token_is_bound_to() {
    for (dpop, words) in [
        ("false", "nothing: it is a bearer token"),
        ("true", "the DPoP key of this session"),
    ] {
        let env = TestEnv::with(|builder| builder.set("AUTH0_DPOP", dpop)).await;
        let alice = env.browser();
        alice.log_in(ALICE).await.assert_status(200);
        let page = alice.open("/tokens").await.assert_status(200);
        let branches = page.html().texts_where("class", "branch");
        let products = branches
            .iter()
            .find(|branch| branch.starts_with("Products API"))
            .unwrap();
        for part in ["Bound to", words] {
            assert!(products.contains(part), "{part} is not in: {products}");
        }
        assert_eq!(
            products.contains("Thumbprint"),
            dpop == "true",
            "{products}"
        );
    }
}
