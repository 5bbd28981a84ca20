//! BREACH: an attacker who sees the length of encrypted responses and chooses a part of their content learns the rest of
//! it, if both are compressed together and the rest is the same each time. See `docs/security.md`.

use std::collections::BTreeSet;

use axum_auth0::PAGE_USER_FIELD;
use reqwest::{Method, header};

use super::{alice_in, navigate};
use crate::{
    browser::{ALICE, BOB, Browser, PASSWORD, Response},
    test_env::{PRODUCTS_API, TestEnv},
};

const ENCODINGS: &str = "gzip, deflate, br, zstd";

#[tokio::test]
async fn an_access_token_is_never_compressed() {
    let env = TestEnv::with(|builder| {
        builder.set("AUTH0_EXPOSE_ACCESS_TOKENS_FOR", PRODUCTS_API);
    })
    .await;
    let alice = alice_in(&env).await;
    for path in [
        "/auth/access-token",
        "/auth/access-token?scope=read:products",
    ] {
        let request = alice
            .request(Method::GET, path)
            .header(header::ACCEPT_ENCODING, ENCODINGS)
            .header("sec-fetch-site", "same-origin");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
        let body = response.text().await.unwrap();
        // Large enough to be compressed on any other route.
        assert!(body.len() > 600 && body.contains("eyJ"), "{body}");
    }
}

#[tokio::test]
async fn no_response_of_the_engine_is_compressed() {
    let env = TestEnv::start().await;
    let alice = alice_in(&env).await;
    let page_user = page_user(&alice).await;
    alice.set_cookie("other", "1");
    let filler = "x".repeat(3000);
    // The page of a rejected request contains the user's name and the requested URL.
    let conflict = format!("/products?filler={filler}&{PAGE_USER_FIELD}={page_user}x");
    for (path, status) in [
        ("/auth/profile", 200),
        ("/auth/callback?error=access_denied&state=forged", 400),
        (&format!("/auth/login?returnTo=/{filler}"), 303),
        ("/auth/logout", 200),
        (&conflict, 409),
    ] {
        let sent = navigate(&alice, path, ENCODINGS, "cross-site").await;
        assert_eq!((sent.status, &*sent.encoding), (status, ""), "{path}");
    }
}

/// Another site chooses the URL of a navigation, and the browser adds the cookies (`SameSite=Lax`).
#[tokio::test]
async fn the_page_of_a_user_is_not_compressed_if_another_site_chose_a_part_of_it() {
    let env = TestEnv::start().await;
    let (alice, anonymous) = (alice_in(&env).await, env.browser());
    for site in ["cross-site", "same-site", ""] {
        for path in [
            "/products?error=guess",
            "/products?guess",
            "/products?",
            "/?guess",
            "/guess",
            "/api/products?guess",
        ] {
            let sent = navigate(&alice, path, ENCODINGS, site).await;
            assert_eq!(sent.encoding, "", "{path} from {site}");
        }
        // The URL is fixed, as after a login.
        for path in ["/", "/products", "/profile"] {
            let sent = navigate(&alice, path, ENCODINGS, site).await;
            assert_eq!(sent.encoding, "gzip", "{path} from {site}");
        }
        // There is no user whose data could be guessed.
        for path in ["/?guess", "/guess", "/signed-out?guess"] {
            let sent = navigate(&anonymous, path, ENCODINGS, site).await;
            assert_eq!(sent.encoding, "gzip", "{path} from {site}");
        }
    }
    // The site's own links, and what the user typed.
    for site in ["same-origin", "none"] {
        for path in ["/products?error=invalid", "/?page=2", "/nothing"] {
            let sent = navigate(&alice, path, ENCODINGS, site).await;
            assert_eq!(sent.encoding, "gzip", "{path} from {site}");
        }
    }
}

#[tokio::test]
async fn below_a_base_path_the_same_responses_are_compressed() {
    let env = TestEnv::with(|builder| builder.mount_below("/shop")).await;
    let alice = env.browser();
    let login = alice.open("/shop/products").await;
    let page = alice.submit_login(&login, ALICE, PASSWORD).await;
    assert!(page.assert_status(200).body.contains("alice"));
    for (path, encoding) in [
        ("/shop/products", "gzip"),
        ("/shop/products?guess", ""),
        ("/shop/guess", ""),
    ] {
        let sent = navigate(&alice, path, ENCODINGS, "cross-site").await;
        assert_eq!(sent.encoding, encoding, "{path}");
    }
}

/// What differs between two sessions of the same user would be a secret of the session, if it were the same in all
/// responses of one session. There is nothing like that: a nonce is new in every response.
#[tokio::test]
async fn no_page_contains_a_secret_of_the_session() {
    let env = TestEnv::with(crate::test_env::TestEnvBuilder::add_orders).await;
    let (one, other) = (alice_in(&env).await, alice_in(&env).await);
    for path in [
        "/",
        "/products",
        "/profile",
        "/signed-out",
        "/nothing",
        "/api/products",
    ] {
        let words = async |browser: &Browser| {
            let page = browser.visit(path).await;
            let devices = other_devices(&page);
            let words = page
                .body
                .split(|c: char| !(c.is_ascii_alphanumeric() || "-_+/=.".contains(c)));
            words
                .filter(|word| word.len() >= 8 && !devices.iter().any(|id| id == word))
                .map(str::to_owned)
                .collect::<BTreeSet<_>>()
        };
        let (first, second, others) = (words(&one).await, words(&one).await, words(&other).await);
        let constant: BTreeSet<_> = first.intersection(&second).cloned().collect();
        let of_session: Vec<_> = constant.difference(&others).collect();
        assert!(
            !constant.is_empty() && of_session.is_empty(),
            "{path}: {of_session:?}"
        );
    }
}

/// Returns the identifiers of the user's other sessions on the profile page. They are no secrets: only their user can end
/// a session by one.
fn other_devices(page: &Response) -> Vec<String> {
    let forms = page.body.split("/api/sessions/end\"").skip(1);
    let ids = forms.filter_map(|form| form.split_once("name=\"id\" value=\"")?.1.split('"').next());
    ids.map(str::to_owned).collect()
}

/// The value that identifies a page's user is the same in all of the user's pages, so its secrecy must not matter.
#[tokio::test]
async fn knowing_the_page_user_of_a_victim_does_not_help_another_site() {
    let env = TestEnv::start().await;
    let alice = alice_in(&env).await;
    let page_user = page_user(&alice).await;
    let form = [
        (PAGE_USER_FIELD, &*page_user),
        ("name", "Teapot"),
        ("category", "x"),
        ("price", "1"),
        ("stock", "1"),
    ];
    for site in ["cross-site", "same-site"] {
        let request = alice
            .request(Method::POST, "/api/products")
            .header("sec-fetch-site", site)
            .header(header::ORIGIN, "https://evil.example")
            .form(&form);
        alice.send(request).await.assert_status(403);
    }
    // It is no credential, and does not make Bob's request one of Alice.
    let anonymous = env.browser();
    let path = format!("/api/products?{PAGE_USER_FIELD}={page_user}");
    anonymous.get_json(&path).await.assert_status(401);
    let bob = env.browser();
    let login = bob.open("/products").await;
    bob.submit_login(&login, BOB, PASSWORD)
        .await
        .assert_status(200);
    bob.get_json(&path).await.assert_status(409);
    let names = alice.get_json("/api/products").await.body;
    assert!(!names.contains("Teapot"), "{ALICE}: {names}");
}

async fn page_user(browser: &Browser) -> String {
    let page = browser.open("/products").await.assert_status(200);
    page.header("auth0-current-user").to_owned()
}
