//! What an administrator of a tenant can set so that an application gets another access token than it expects, or none. All of it is
//! off unless a test turns it on, and the live log says in plain words where it acts.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tenant::{
    ApplicationAccess, OpenError, Outcome, ResourcePolicy, Settings, Tenant, TokenSigning,
};
use url::Url;

use crate::world::{CLIENT_ID, NOON, ORDERS, PRODUCTS, World, location, parameter};

const WRITING: (&str, &str) = (
    "scope",
    "openid offline_access read:products write:products",
);

/// Header or claims of a token, whoever signed it.
fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn with_a_default_audience_a_login_without_audience_gets_a_jwt_for_it() {
    let world = World::with(|settings| settings.default_audience = Some(ORDERS.to_owned())).await;
    let scope = ("scope", "openid offline_access read:orders");
    let tokens = world.tokens(&[scope]).await;
    let (_, claims) = world.verified(tokens.text("access_token")).await;
    assert_eq!(claims["aud"][0], ORDERS);
    assert_eq!(tokens.text("scope"), "openid offline_access read:orders");
    assert!(world.logged(
        Outcome::Surprising,
        "asked for no audience → a JWT for https://orders.example.com, the tenant's Default Audience"
    ));
    // It stays so over a refresh, and `resource` changes nothing.
    let again = world.refresh(tokens.text("refresh_token"), &[]).await;
    let (_, claims) = world.verified(again.text("access_token")).await;
    assert_eq!(claims["aud"][0], ORDERS);
    world.tokens(&[scope, ("resource", PRODUCTS)]).await;
    assert!(world.logged(
        Outcome::Surprising,
        "sent `resource`, which this tenant ignores → a JWT for https://orders.example.com"
    ));

    let other = world.tokens(&[("audience", PRODUCTS)]).await;
    let (_, claims) = world.verified(other.text("access_token")).await;
    assert_eq!(claims["aud"][0], PRODUCTS);
    let html = world.get("").await.text().await.unwrap();
    assert!(html.contains("Default Audience"));
}

#[tokio::test]
async fn a_default_audience_that_no_api_has_is_refused_at_the_start() {
    let mut settings = Settings::local(
        Url::parse("http://127.0.0.1:4000/").unwrap(),
        &Url::parse("http://localhost:3000").unwrap(),
        "hush",
    );
    settings.default_audience = Some("https://typo.example.com".to_owned());
    assert!(matches!(
        Tenant::open(settings).await,
        Err(OpenError::DefaultAudience(_))
    ));
}

#[tokio::test]
async fn an_api_with_hs256_gets_tokens_that_only_it_can_verify() {
    let world = World::with(|settings| settings.apis[0].signing = TokenSigning::Hs256).await;
    let tokens = world.tokens(&[("audience", PRODUCTS)]).await;
    let token = tokens.text("access_token");
    assert_eq!(part(token, 0), json!({"alg": "HS256", "typ": "JWT"}));
    let claims = part(token, 1);
    assert_eq!(claims["aud"], PRODUCTS);
    assert_eq!(claims["exp"], NOON + 86_400);
    let refused = world.userinfo(token).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(world.logged(
        Outcome::Surprising,
        "signed with HS256, a secret of the API"
    ));

    // ID tokens are the application's, and stay as they are.
    world.verified(tokens.text("id_token")).await;
    let other = world.tokens(&[("audience", ORDERS)]).await;
    world.verified(other.text("access_token")).await;
    let html = world.get("").await.text().await.unwrap();
    assert!(html.contains("HS256: a secret of the API"));
}

#[tokio::test]
async fn an_api_with_encryption_gets_tokens_that_only_it_can_read() {
    let world = World::with(|settings| settings.apis[0].encrypted = true).await;
    let tokens = world.tokens(&[("audience", PRODUCTS)]).await;
    let again = world.refresh(tokens.text("refresh_token"), &[]).await;
    for answer in [&tokens, &again] {
        let token = answer.text("access_token");
        let parts: Vec<usize> = token
            .split('.')
            .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap().len())
            .collect();
        // Header, the key wrapped with RSA of 2048 bits, 96 bits of IV, the JWT, 128 bits of tag.
        assert_eq!(
            (parts.len(), parts[1], parts[2], parts[4]),
            (5, 256, 12, 16)
        );
        let header = part(token, 0);
        assert_eq!(
            (&header["alg"], &header["enc"], &header["cty"]),
            (&json!("RSA-OAEP-256"), &json!("A256GCM"), &json!("JWT"))
        );
        assert_eq!(world.userinfo(token).await.status, 401);
    }
    assert!(world.logged(
        Outcome::Surprising,
        "an encrypted token (JWE) for https://products.example.com, which only the API can read"
    ));
    world.verified(tokens.text("id_token")).await;
    let html = world.get("").await.text().await.unwrap();
    assert!(html.contains("only the API can read its tokens"));
}

#[tokio::test]
async fn scopes_that_the_user_may_not_have_are_dropped_without_a_word() {
    let world = World::with(|settings| {
        settings.users[1].permissions = Some(vec!["read:products".to_owned()]);
        allow_orders(settings);
    })
    .await;
    let alice = world.tokens(&[("audience", PRODUCTS), WRITING]).await;
    assert_eq!(alice.text("scope"), WRITING.1);

    let mut browser = world.browser();
    let callback = browser
        .log_in("bob@example.com", &[("audience", PRODUCTS), WRITING])
        .await;
    let bob = world.redeem(&parameter(&callback, "code").unwrap()).await;
    let expected = "openid offline_access read:products";
    assert_eq!((bob.status, bob.text("scope")), (StatusCode::OK, expected));
    let (_, claims) = world.verified(bob.text("access_token")).await;
    assert_eq!(claims["scope"], expected);
    assert!(world.logged(
        Outcome::Surprising,
        "dropped because the user lacks the permission (RBAC): write:products"
    ));
    let again = world.refresh(bob.text("refresh_token"), &[]).await;
    assert_eq!(again.text("scope"), expected);
    // Of another API he has nothing at all, and gets a token all the same.
    let orders = world
        .refresh(again.text("refresh_token"), &[("audience", ORDERS)])
        .await;
    assert_eq!(orders.text("scope"), "openid offline_access");
    let (_, claims) = world.verified(orders.text("access_token")).await;
    assert_eq!(claims["aud"][0], ORDERS);
}

#[tokio::test]
async fn access_tokens_can_name_the_issuer_of_another_domain() {
    let custom = "https://login.example.com/";
    let world = World::with(|settings| {
        settings.access_token_issuer = Some(Url::parse(custom).unwrap());
    })
    .await;
    let tokens = world.tokens(&[("audience", PRODUCTS)]).await;
    let (_, access) = world.verified(tokens.text("access_token")).await;
    let (_, id) = world.verified(tokens.text("id_token")).await;
    assert_eq!(
        (&access["iss"], &id["iss"]),
        (&json!(custom), &json!(world.issuer))
    );
    let userinfo = world.userinfo(tokens.text("access_token")).await;
    assert_eq!(userinfo.status, StatusCode::OK);
    let html = world.get("").await.text().await.unwrap();
    assert!(html.contains("asked under its custom domain"));
}

fn allow_orders(settings: &mut Settings) {
    settings.applications[0].multi_resource = vec![ResourcePolicy {
        audience: ORDERS.to_owned(),
        scopes: vec!["read:orders".to_owned()],
    }];
}

fn closed(settings: &mut Settings, api: usize) {
    settings.apis[api].access = ApplicationAccess::ClientGrants(vec!["another-app".to_owned()]);
}

fn not_authorized(audience: &str) -> String {
    format!("Client \"{CLIENT_ID}\" is not authorized to access resource server \"{audience}\".")
}

#[tokio::test]
async fn an_application_without_a_client_grant_is_sent_back_before_the_login() {
    let world = World::with(|settings| closed(settings, 0)).await;
    let mut browser = world.browser();
    let callback = location(&browser.authorize(&[("audience", PRODUCTS)]).await);
    assert_eq!(
        parameter(&callback, "error").as_deref(),
        Some("access_denied")
    );
    assert_eq!(
        parameter(&callback, "error_description"),
        Some(not_authorized(PRODUCTS))
    );
    assert_eq!(parameter(&callback, "state").as_deref(), Some("state-1"));
    assert!(world.logged(
        Outcome::Refused,
        "The Application Access Policy of Products API asks for a client grant"
    ));
    world.tokens(&[("audience", ORDERS)]).await;

    let open = World::with(|settings| {
        closed(settings, 0);
        settings.apis[0].access = ApplicationAccess::ClientGrants(vec![CLIENT_ID.to_owned()]);
    })
    .await;
    open.tokens(&[("audience", PRODUCTS)]).await;
}

#[tokio::test]
async fn a_refresh_for_an_api_that_is_closed_to_the_application_is_refused_and_consumes_nothing() {
    let world = World::with(|settings| {
        allow_orders(settings);
        closed(settings, 1);
    })
    .await;
    let tokens = world.tokens(&[("audience", PRODUCTS)]).await;
    let token = tokens.text("refresh_token");
    let refused = world.refresh(token, &[("audience", ORDERS)]).await;
    refused.is_error(403, "access_denied", &not_authorized(ORDERS));
    assert_eq!(world.refresh(token, &[]).await.status, StatusCode::OK);
}
