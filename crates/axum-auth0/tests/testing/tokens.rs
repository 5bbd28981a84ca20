//! The access tokens of a test are returned as they are; without one there is an error, and nothing is contacted.

use std::time::Duration;

use axum_auth0::{
    Auth0, Auth0Builder, TokenError, TokenOptions,
    clock::{Clock as _, MockClock},
    testing::{TestLogin, TestLoginError, TestToken},
};
use serde_json::json;
use test_support::{LogCapture, signer};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::header};

use crate::{OrdersApi, ProductsApi};

fn builder() -> Auth0Builder {
    Auth0::builder()
        .login_api::<ProductsApi>()
        .api::<OrdersApi>()
        .for_test()
}

fn alice() -> TestLogin {
    TestLogin::new("auth0|alice")
}

/// Returns a JWT with these claims. Its signature is not one.
fn jwt(claims: &serde_json::Value) -> String {
    let header = signer::encode(json!({ "alg": "RS256" }).to_string());
    let payload = signer::encode(claims.to_string());
    format!("{header}.{payload}.{}", signer::encode("signature"))
}

#[tokio::test]
async fn each_api_gets_its_token_unchanged() {
    let auth0 = builder().build().await.unwrap();
    let audience = auth0.config().api("ORDERS").unwrap().audience().unwrap();
    // Wrong audience, no scope: a test does not need a real token.
    let products = jwt(&json!({ "aud": "https://elsewhere.example" }));
    let login = alice()
        .token::<ProductsApi>(products.as_str())
        .token_for(audience, "opaque");
    let session = auth0.sign_in_for_test(login).await.unwrap();
    let token = session.user().access_token::<ProductsApi>().await.unwrap();
    assert_eq!(token.expose(), products);
    let token = session.user().access_token::<OrdersApi>().await.unwrap();
    assert_eq!(token.expose(), "opaque");
}

#[tokio::test]
async fn without_a_token_there_is_a_typed_error_and_the_provider_is_not_contacted() {
    let provider = MockServer::start().await;
    let builder = builder().domain(format!("{}/", provider.uri()));
    let auth0 = builder.build().await.unwrap();
    let log = LogCapture::start();
    let login = alice().token::<ProductsApi>(TestToken::new("old").expires_in(Duration::ZERO));
    let session = auth0.sign_in_for_test(login).await.unwrap();
    let user = session.user();
    let expired = user.access_token::<ProductsApi>().await.unwrap_err();
    assert!(matches!(expired, TokenError::SignInRequired), "{expired}");
    let missing = user.access_token::<OrdersApi>().await.unwrap_err();
    assert!(matches!(missing, TokenError::SignInRequired), "{missing}");
    assert_eq!(provider.received_requests().await.unwrap().len(), 0);
    // The configuration is not at fault.
    assert!(!log.text().contains("WARN"), "{}", log.text());
}

#[tokio::test]
async fn a_token_is_returned_until_it_expires() {
    let clock = MockClock::from_system();
    let auth0 = builder().clock(clock.clone()).build().await.unwrap();
    let exp = clock.unix_seconds() + 60;
    let login = alice()
        .token::<ProductsApi>(jwt(&json!({ "exp": exp })))
        .token::<OrdersApi>(TestToken::new("opaque").expires_in(Duration::from_mins(2)));
    let session = auth0.sign_in_for_test(login).await.unwrap();
    let user = session.user();
    clock.advance(59);
    assert!(user.access_token::<ProductsApi>().await.is_ok());
    clock.advance(1);
    assert!(user.access_token::<ProductsApi>().await.is_err());
    assert!(user.access_token::<OrdersApi>().await.is_ok());
    clock.advance(60);
    assert!(user.access_token::<OrdersApi>().await.is_err());
}

#[tokio::test]
async fn a_token_can_be_for_extra_scopes() {
    let auth0 = builder().build().await.unwrap();
    let login = alice()
        .token::<ProductsApi>("for reading")
        .token::<ProductsApi>(TestToken::new("for writing").extra_scopes(["write:products"]));
    let session = auth0.sign_in_for_test(login).await.unwrap();
    let user = session.user();
    let token = user.access_token::<ProductsApi>().await.unwrap();
    assert_eq!(token.expose(), "for reading");
    let with = |scope: &str| TokenOptions {
        extra_scopes: vec![scope.to_owned()],
        ..TokenOptions::default()
    };
    let token = user.access_token_with::<ProductsApi>(with("write:products"));
    assert_eq!(token.await.unwrap().expose(), "for writing");
    let other = user.access_token_with::<ProductsApi>(with("delete:products"));
    assert!(matches!(other.await, Err(TokenError::SignInRequired)));
}

#[tokio::test]
async fn the_client_of_an_api_sends_the_token() {
    let api = MockServer::start().await;
    Mock::given(header("authorization", "Bearer a-token"))
        .respond_with(ResponseTemplate::new(200).set_body_json(["Tea"]))
        .mount(&api)
        .await;
    let auth0 = builder().set("PRODUCTS_API_URL", api.uri()).build().await;
    let login = alice().token::<ProductsApi>("a-token");
    let session = auth0.unwrap().sign_in_for_test(login).await.unwrap();
    let products = session.user().api::<ProductsApi>().get(["products"]);
    let products: Vec<String> = products.send().await.unwrap().json().unwrap();
    assert_eq!(products, ["Tea"]);
}

#[tokio::test]
async fn a_token_for_an_unknown_api_says_what_to_do() {
    let auth0 = Auth0::builder().login_api::<ProductsApi>().for_test();
    let auth0 = auth0.build().await.unwrap();
    let error = |login| async { auth0.sign_in_for_test(login).await.unwrap_err() };

    let unknown = error(alice().token::<OrdersApi>("t")).await;
    assert!(matches!(unknown, TestLoginError::UnknownApi("ORDERS")));
    assert!(unknown.to_string().contains("ORDERS_API_URL"), "{unknown}");

    let unknown = error(alice().token_for("https://nowhere.example", "t")).await;
    assert!(unknown.to_string().contains("https://nowhere.example"));
    let audience = auth0.config().audience().unwrap();
    assert!(unknown.to_string().contains(audience), "{unknown}");
}

#[tokio::test]
async fn a_token_for_an_api_without_an_audience_says_what_to_do() {
    let auth0 = builder().set("AUTH0_AUDIENCE", "").build().await.unwrap();
    let login = alice().token::<ProductsApi>("t");
    let error = auth0.sign_in_for_test(login).await.unwrap_err();
    assert!(error.to_string().contains("set AUTH0_AUDIENCE"), "{error}");
}

#[tokio::test]
async fn the_claims_of_an_id_token_are_added() {
    let auth0 = builder().build().await.unwrap();
    let id_token = jwt(&json!({
        "sub": "auth0|someone-else", "name": "Alice Example", "email": "alice@example.com",
        "iss": "https://tenant.example.com/", "nonce": "n", "sid": "s",
    }));
    let login = alice().claim("name", "Alice").id_token(id_token);
    let session = auth0.sign_in_for_test(login).await.unwrap();
    let expected = json!({
        "sub": "auth0|alice", "name": "Alice", "email": "alice@example.com",
    });
    assert_eq!(session.user().claims(), expected.as_object().unwrap());

    let error = auth0.sign_in_for_test(alice().id_token("opaque")).await;
    assert!(matches!(error, Err(TestLoginError::InvalidIdToken)));
}

#[tokio::test]
async fn debug_output_contains_no_token() {
    let auth0 = builder().build().await.unwrap();
    let login = alice()
        .token::<ProductsApi>("planted-secret")
        .refresh_token("planted-secret")
        .claim("name", "Alice");
    let shown = format!("{login:?}");
    assert!(
        shown.contains("Alice") && !shown.contains("planted"),
        "{shown}"
    );
    let session = auth0.sign_in_for_test(login).await.unwrap();
    let cookie = session.cookie();
    let (_, value) = cookie.to_str().unwrap().split_once('=').unwrap();
    assert!(!format!("{session:?}").contains(value));
}
