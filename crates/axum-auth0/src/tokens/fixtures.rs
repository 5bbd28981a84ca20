//! Values for tests of the pure functions.

#![expect(clippy::unwrap_used, reason = "tests")]

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{
    config::{Api, ApiRegistration, ApiSettings, Config},
    http_client::HttpError,
    oauth::{EndpointError, RequestEffect},
    tokens::{cached_token::CachedToken, token_request::TokenRequest, token_set::TokenSet},
};

/// The current time of the tests, in seconds since 1970.
pub(super) const NOW: i64 = 1_800_000_000;

pub(super) const PRODUCTS: &str = "https://products.example.com";
pub(super) const ORDERS: &str = "https://orders.example.com";

struct ProductsApi;

impl Api for ProductsApi {
    const ENV_PREFIX: &'static str = "PRODUCTS";
    const SCOPES: &'static [&'static str] = &["read"];
}

struct OrdersApi;

impl Api for OrdersApi {
    const ENV_PREFIX: &'static str = "ORDERS";
    const SCOPES: &'static [&'static str] = &["read"];
}

pub(super) fn config() -> Config {
    let variables = [
        ("AUTH0_DOMAIN", "tenant.example.com"),
        ("AUTH0_CLIENT_ID", "client"),
        ("AUTH0_CLIENT_SECRET", "secret"),
        ("AUTH0_SECRET", "0123456789abcdef0123456789abcdef"),
        ("APP_BASE_URL", "https://www.example.com"),
        ("AUTH0_AUDIENCE", PRODUCTS),
        ("PRODUCTS_API_URL", PRODUCTS),
        ("ORDERS_API_URL", ORDERS),
        ("ORDERS_API_AUDIENCE", ORDERS),
    ];
    Config::from_variables(
        &variables.into_iter().collect(),
        &[
            ApiRegistration::login::<ProductsApi>(),
            ApiRegistration::further::<OrdersApi>(),
        ],
    )
    .unwrap()
}

pub(super) fn api<'c>(config: &'c Config, name: &str) -> &'c ApiSettings {
    config.apis().find(|api| api.name() == name).unwrap()
}

/// Returns a request for the products API.
pub(super) fn request<'c>(config: &'c Config, extra: &[&str]) -> TokenRequest<'c> {
    let extra: Vec<String> = extra.iter().map(|&word| word.to_owned()).collect();
    TokenRequest::new(api(config, "PRODUCTS"), &extra).unwrap()
}

/// Returns a cached token of the products API, issued 1000 seconds ago and valid for an hour.
pub(super) fn cached(token: &str) -> CachedToken {
    CachedToken {
        audience: PRODUCTS.to_owned(),
        requested: vec!["read".to_owned()],
        scope: vec!["read".to_owned()],
        token: token.to_owned(),
        obtained_at: NOW - 1_000,
        expires_at: Some(NOW + 2_600),
        on_demand: false,
        is_extra: false,
        is_spent: false,
        dpop_key: None,
        is_certificate_bound: false,
    }
}

/// Returns a set with the refresh token `r` and these tokens.
pub(super) fn set(cached: Vec<CachedToken>) -> TokenSet {
    TokenSet {
        refresh_token: Some("r".to_owned()),
        cached,
        ..TokenSet::default()
    }
}

/// Returns an access token as a JWT. Its signature is not checked.
pub(super) fn jwt(audience: &str, scope: &str) -> String {
    let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({
        "iss": "https://tenant.example.com/",
        "aud": audience,
        "scope": scope,
        "iat": NOW,
        "exp": NOW + 3_600,
    });
    format!(
        "{}.{}.{}",
        encode(json!({ "alg": "RS256", "typ": "at+jwt" })),
        encode(claims),
        URL_SAFE_NO_PAD.encode("signature")
    )
}

/// Returns the error of an unavailable provider.
pub(super) fn unavailable(request_effect: RequestEffect) -> EndpointError {
    let mut error = EndpointError::from(HttpError::Setup {
        cause: String::new(),
    });
    if let EndpointError::Unavailable { effect, .. } = &mut error {
        *effect = request_effect;
    }
    error
}
