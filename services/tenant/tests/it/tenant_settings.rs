//! Settings of an administrator that change or deny the access tokens of an application. All are disabled by default, and the
//! activity log reports their effect.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tenant::{
    ApplicationAccess, OpenError, Outcome, Settings, SigningAlgorithm, Tenant, TokenSigning,
};
use url::Url;

use crate::test_env::{
    CLIENT_ID, ORDERS, PRODUCTS, START_TIME, TestEnv, allow_orders, location, parameter,
};

const WRITE_SCOPES: (&str, &str) = (
    "scope",
    "openid offline_access read:products write:products",
);

/// Decodes the header or the claims of a token without verification.
fn decode_part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn with_a_default_audience_a_login_without_audience_receives_a_jwt_for_it() {
    let env = TestEnv::with(|settings| settings.default_audience = Some(ORDERS.to_owned())).await;
    let scope = ("scope", "openid offline_access read:orders");
    let tokens = env.tokens(&[scope]).await;
    let (_, claims) = env.verify(tokens.text("access_token")).await;
    assert_eq!(claims["aud"][0], ORDERS);
    assert_eq!(tokens.text("scope"), "openid offline_access read:orders");
    assert!(env.logged(
        Outcome::Unexpected,
        "asked for no audience → a JWT for https://orders.example.com, the tenant's Default Audience"
    ));
    // A refresh keeps the audience, and `resource` is ignored.
    let again = env.refresh(tokens.text("refresh_token"), &[]).await;
    let (_, claims) = env.verify(again.text("access_token")).await;
    assert_eq!(claims["aud"][0], ORDERS);
    env.tokens(&[scope, ("resource", PRODUCTS)]).await;
    assert!(env.logged(
        Outcome::Unexpected,
        "sent `resource`, which this tenant ignores → a JWT for https://orders.example.com"
    ));

    let other = env.tokens(&[("audience", PRODUCTS)]).await;
    let (_, claims) = env.verify(other.text("access_token")).await;
    assert_eq!(claims["aud"][0], PRODUCTS);
    let html = env.get("").await.text().await.unwrap();
    assert!(html.contains("Default Audience"));
}

#[tokio::test]
async fn a_default_audience_of_no_api_is_rejected_at_start() {
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
async fn tokens_of_an_api_with_hs256_are_signed_with_a_secret() {
    let env = TestEnv::with(|settings| settings.apis[0].signing = TokenSigning::Hs256).await;
    let tokens = env.tokens(&[("audience", PRODUCTS)]).await;
    let token = tokens.text("access_token");
    assert_eq!(decode_part(token, 0), json!({"alg": "HS256", "typ": "JWT"}));
    let claims = decode_part(token, 1);
    assert_eq!(claims["aud"], PRODUCTS);
    assert_eq!(claims["exp"], START_TIME + 86_400);
    let rejected = env.userinfo(token).await;
    assert_eq!(rejected.status, StatusCode::UNAUTHORIZED);
    assert!(env.logged(
        Outcome::Unexpected,
        "signed with HS256, a secret of the API"
    ));

    // ID tokens do not change.
    env.verify(tokens.text("id_token")).await;
    let other = env.tokens(&[("audience", ORDERS)]).await;
    env.verify(other.text("access_token")).await;
    let html = env.get("").await.text().await.unwrap();
    assert!(html.contains("HS256: a secret of the API"));
}

#[tokio::test]
async fn tokens_of_an_api_with_encryption_are_encrypted() {
    let env = TestEnv::with(|settings| settings.apis[0].encrypted = true).await;
    let tokens = env.tokens(&[("audience", PRODUCTS)]).await;
    let again = env.refresh(tokens.text("refresh_token"), &[]).await;
    for response in [&tokens, &again] {
        let token = response.text("access_token");
        let parts: Vec<usize> = token
            .split('.')
            .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap().len())
            .collect();
        // Header, the key wrapped with RSA-2048, a 96-bit IV, the JWT, and a 128-bit tag.
        assert_eq!(
            (parts.len(), parts[1], parts[2], parts[4]),
            (5, 256, 12, 16)
        );
        let header = decode_part(token, 0);
        assert_eq!(
            (&header["alg"], &header["enc"], &header["cty"]),
            (&json!("RSA-OAEP-256"), &json!("A256GCM"), &json!("JWT"))
        );
        assert_eq!(env.userinfo(token).await.status, 401);
    }
    assert!(env.logged(
        Outcome::Unexpected,
        "an encrypted token (JWE) for https://products.example.com, which only the API can decrypt"
    ));
    env.verify(tokens.text("id_token")).await;
    let html = env.get("").await.text().await.unwrap();
    assert!(html.contains("only the API can decrypt its tokens"));
}

#[tokio::test]
async fn scopes_that_the_user_does_not_have_are_dropped_silently() {
    let env = TestEnv::with(|settings| {
        settings.users[1].permissions = Some(vec!["read:products".to_owned()]);
        allow_orders(settings);
    })
    .await;
    let alice = env.tokens(&[("audience", PRODUCTS), WRITE_SCOPES]).await;
    assert_eq!(alice.text("scope"), WRITE_SCOPES.1);

    let mut browser = env.browser();
    let callback = browser
        .log_in("bob@example.com", &[("audience", PRODUCTS), WRITE_SCOPES])
        .await;
    let bob = env.redeem(&parameter(&callback, "code").unwrap()).await;
    let expected = "openid offline_access read:products";
    assert_eq!((bob.status, bob.text("scope")), (StatusCode::OK, expected));
    let (_, claims) = env.verify(bob.text("access_token")).await;
    assert_eq!(claims["scope"], expected);
    assert!(env.logged(
        Outcome::Unexpected,
        "dropped because the user lacks the permission (RBAC): write:products"
    ));
    let again = env.refresh(bob.text("refresh_token"), &[]).await;
    assert_eq!(again.text("scope"), expected);
    // The user has no scope of the other API and still receives a token.
    let orders = env
        .refresh(again.text("refresh_token"), &[("audience", ORDERS)])
        .await;
    assert_eq!(orders.text("scope"), "openid offline_access");
    let (_, claims) = env.verify(orders.text("access_token")).await;
    assert_eq!(claims["aud"][0], ORDERS);
}

#[tokio::test]
async fn access_tokens_can_have_the_issuer_of_another_domain() {
    let custom = "https://login.example.com/";
    let env = TestEnv::with(|settings| {
        settings.access_token_issuer = Some(Url::parse(custom).unwrap());
    })
    .await;
    let tokens = env.tokens(&[("audience", PRODUCTS)]).await;
    let (_, access) = env.verify(tokens.text("access_token")).await;
    let (_, id) = env.verify(tokens.text("id_token")).await;
    assert_eq!(
        (&access["iss"], &id["iss"]),
        (&json!(custom), &json!(env.issuer))
    );
    let userinfo = env.userinfo(tokens.text("access_token")).await;
    assert_eq!(userinfo.status, StatusCode::OK);
    let html = env.get("").await.text().await.unwrap();
    assert!(html.contains("as for a tenant with a custom domain"));
}

fn require_client_grant(settings: &mut Settings, api: usize) {
    settings.apis[api].access = ApplicationAccess::ClientGrants(vec!["another-app".to_owned()]);
}

fn not_authorized_description(audience: &str) -> String {
    format!("Client \"{CLIENT_ID}\" is not authorized to access resource server \"{audience}\".")
}

#[tokio::test]
async fn an_application_without_a_client_grant_receives_an_error_before_the_login() {
    let env = TestEnv::with(|settings| require_client_grant(settings, 0)).await;
    let mut browser = env.browser();
    let callback = location(&browser.authorize(&[("audience", PRODUCTS)]).await);
    assert_eq!(
        parameter(&callback, "error").as_deref(),
        Some("access_denied")
    );
    assert_eq!(
        parameter(&callback, "error_description"),
        Some(not_authorized_description(PRODUCTS))
    );
    assert_eq!(parameter(&callback, "state").as_deref(), Some("state-1"));
    assert!(env.logged(
        Outcome::Refused,
        "The Application Access Policy of Products API requires a client grant"
    ));
    env.tokens(&[("audience", ORDERS)]).await;

    let with_grant = TestEnv::with(|settings| {
        settings.apis[0].access = ApplicationAccess::ClientGrants(vec![CLIENT_ID.to_owned()]);
    })
    .await;
    with_grant.tokens(&[("audience", PRODUCTS)]).await;
}

#[tokio::test]
async fn a_refresh_for_an_api_without_a_client_grant_is_rejected_and_consumes_nothing() {
    let env = TestEnv::with(|settings| {
        allow_orders(settings);
        require_client_grant(settings, 1);
    })
    .await;
    let tokens = env.tokens(&[("audience", PRODUCTS)]).await;
    let token = tokens.text("refresh_token");
    let rejected = env.refresh(token, &[("audience", ORDERS)]).await;
    rejected.is_error(403, "access_denied", &not_authorized_description(ORDERS));
    assert_eq!(env.refresh(token, &[]).await.status, StatusCode::OK);
}

/// FAPI 2.0 Security Profile §5.4.1 allows PS256, and not RS256.
#[tokio::test]
async fn the_tenant_can_sign_with_ps256() {
    let env = TestEnv::with(|settings| settings.signing_algorithm = SigningAlgorithm::Ps256).await;
    let tokens = env.tokens(&[("audience", PRODUCTS)]).await;
    for name in ["id_token", "access_token"] {
        assert_eq!(decode_part(tokens.text(name), 0)["alg"], "PS256", "{name}");
    }
    let keys: Value = env.get(".well-known/jwks.json").await.json().await.unwrap();
    assert_eq!(keys["keys"][0]["alg"], "PS256");
    let document: Value = env
        .get(".well-known/openid-configuration")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        document["id_token_signing_alg_values_supported"],
        json!(["PS256"])
    );
    let userinfo = env.userinfo(tokens.text("access_token")).await;
    assert_eq!(userinfo.status, StatusCode::OK);
}
