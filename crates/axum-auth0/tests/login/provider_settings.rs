//! Settings for provider variants: internal address, logout parameter, opaque tokens.

use http::StatusCode;
use serde_json::{Value, json};
use test_support::{CLIENT_ID, Endpoint, ORDERS, Part, Reply, SITE, log_capture};

use crate::app::{TestEnv, TestEnvBuilder};

/// An address that is not reachable from this host.
const PUBLIC: &str = "https://127.0.0.1:1";

/// Builds a provider with the issuer `PUBLIC`, reachable at the address of the fake provider.
pub(crate) async fn with_internal_address(announces_internally: bool) -> TestEnv {
    let env = TestEnv::new().await;
    let internal = env.provider.url("");
    let back_channel = if announces_internally {
        internal
    } else {
        PUBLIC.to_owned()
    };
    env.provider.modify(Part::Metadata, move |metadata| {
        metadata["issuer"] = json!(format!("{PUBLIC}/"));
        for (name, path, base) in [
            ("authorization_endpoint", "/authorize", PUBLIC),
            ("end_session_endpoint", "/oidc/logout", PUBLIC),
            ("token_endpoint", "/oauth/token", &back_channel),
            ("userinfo_endpoint", "/userinfo", &back_channel),
            ("jwks_uri", "/keys", &back_channel),
            ("revocation_endpoint", "/oauth/revoke", &back_channel),
        ] {
            metadata[name] = json!(format!("{base}{path}"));
        }
    });
    for part in [Part::IdToken, Part::RefreshedIdToken, Part::AccessToken] {
        env.provider.modify(part, |claims| {
            claims["iss"] = json!(format!("{PUBLIC}/"));
            // Makes the login request userinfo.
            for name in ["name", "email"] {
                claims.as_object_mut().unwrap().remove(name);
            }
        });
    }
    env
}

#[tokio::test]
async fn the_server_uses_the_internal_address_and_browsers_the_public_one() {
    for announces_internally in [false, true] {
        let env = with_internal_address(announces_internally).await;
        let internal = env.provider.url("/");
        let site = env
            .restarted(&[
                ("AUTH0_DOMAIN", Some("127.0.0.1:1")),
                ("AUTH0_PROVIDER_INTERNAL_URL", Some(&internal)),
            ])
            .await;
        let mut browser = env.browser().with_router(&site);
        let begun = browser.start_login("/products").await;
        assert!(
            begun
                .location()
                .starts_with(&format!("{PUBLIC}/authorize?"))
        );
        browser.log_in(&env.provider, "alice").await;
        assert_eq!(browser.whoami().await, "auth0|alice");
        assert_eq!(browser.get("/token").await.status, StatusCode::OK);
        env.clock.advance(3_600);
        assert_eq!(browser.get("/token").await.status, StatusCode::OK);
        let response = browser.post("/auth/logout", "").await;
        assert!(
            response
                .location()
                .starts_with(&format!("{PUBLIC}/oidc/logout?"))
        );
        for (endpoint, times) in [
            (Endpoint::Discovery, 1),
            (Endpoint::Exchange, 1),
            (Endpoint::Userinfo, 1),
            (Endpoint::Refresh, 1),
            (Endpoint::Revocation, 1),
        ] {
            assert!(
                env.provider.request_count(endpoint) >= times,
                "{endpoint:?}"
            );
        }
        // `Host` is that of the internal address.
        let host = internal.trim_start_matches("http://").trim_end_matches('/');
        let discovery = &env.provider.requests(Endpoint::Discovery)[0];
        assert_eq!(discovery.headers["host"], host);
    }
}

#[tokio::test]
async fn an_issuer_with_the_internal_address_is_rejected() {
    let env = TestEnv::new().await;
    let internal = env.provider.url("/");
    let site = env
        .restarted(&[
            ("AUTH0_DOMAIN", Some("127.0.0.1:1")),
            ("AUTH0_PROVIDER_INTERNAL_URL", Some(&internal)),
        ])
        .await;
    let mut browser = env.browser().with_router(&site);
    let response = browser.get("/auth/login").await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
    let log = log_capture::captured();
    assert!(
        log.contains("names the issuer https://127.0.0.1:1/, but"),
        "{log}"
    );
}

/// Amazon Cognito.
#[tokio::test]
async fn logout_uri_is_sent_with_the_client_id_and_nothing_else() {
    let env = TestEnv::new().await;
    for (case, end_session, target) in [
        ("announced", Some("/logout"), "/logout?"),
        ("not announced", None, "/logout?"),
    ] {
        let end_session = end_session.map(|path| env.provider.url(path));
        env.provider.modify(Part::Metadata, move |metadata| {
            metadata["end_session_endpoint"] = json!(end_session);
        });
        let site = env
            .restarted(&[
                ("AUTH0_LOGOUT_PARAMETER", Some("logout_uri")),
                ("AUTH0_LOGOUT_RETURN_TO", Some("/")),
            ])
            .await;
        let mut browser = env.logged_in("alice").await.with_router(&site);
        let response = browser.post("/auth/logout", "").await;
        let expected: Vec<(String, String)> = [
            ("client_id", CLIENT_ID.to_owned()),
            ("logout_uri", format!("{SITE}/")),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let url = url::Url::parse(response.location()).unwrap();
        assert!(
            response.location().starts_with(&env.provider.url(target)),
            "{case}"
        );
        assert_eq!(
            url.query_pairs().into_owned().collect::<Vec<_>>(),
            expected,
            "{case}"
        );
    }
}

#[tokio::test]
async fn a_logout_returns_to_the_configured_page_unless_the_request_names_one() {
    let env = TestEnv::new().await;
    for (value, landing) in [
        ("/", format!("{SITE}/")),
        (SITE, SITE.to_owned()),
        ("/bye?from=here", format!("{SITE}/bye?from=here")),
    ] {
        let site = env
            .restarted(&[("AUTH0_LOGOUT_RETURN_TO", Some(value))])
            .await;
        let mut browser = env.logged_in("alice").await.with_router(&site);
        let response = browser.post("/auth/logout", "").await;
        assert_eq!(
            response.redirect_parameter("post_logout_redirect_uri"),
            Some(landing),
            "{value}"
        );
        let mut browser = env.logged_in("alice").await.with_router(&site);
        let response = browser.post("/auth/logout", "returnTo=%2Fproducts").await;
        let own = format!("{SITE}/products");
        assert_eq!(
            response.redirect_parameter("post_logout_redirect_uri"),
            Some(own),
            "{value}"
        );
    }
    // A provider without a logout endpoint.
    env.provider.reply(Endpoint::Discovery, Reply::html(503));
    let site = env
        .restarted(&[("AUTH0_LOGOUT_RETURN_TO", Some(SITE))])
        .await;
    let mut browser = env.browser().with_router(&site);
    assert_eq!(browser.post("/auth/logout", "").await.location(), "/");
}

type Change = fn(&mut Value);

/// Deviations of access tokens.
const CHANGES: &[(&str, Change)] = &[
    ("as it should be", |_| {}),
    ("no audience", |claims| remove(claims, "aud")),
    ("another audience", |claims| set(claims, "aud", ORDERS)),
    ("the client as audience", |claims| {
        set(claims, "aud", CLIENT_ID);
    }),
    ("another issuer", |claims| {
        set(claims, "iss", "https://other.example.com/");
    }),
    ("no scope", |claims| remove(claims, "scope")),
    ("an end in the past", |claims| claims["exp"] = json!(1_000)),
];

fn set(claims: &mut Value, name: &str, value: &str) {
    claims[name] = json!(value);
}

fn remove(claims: &mut Value, name: &str) {
    claims.as_object_mut().unwrap().remove(name);
}

#[tokio::test]
async fn opaque_tokens_are_not_validated_even_if_they_are_jwts() {
    let env = TestEnvBuilder::new()
        .set("PRODUCTS_API_TOKEN_FORMAT", "opaque")
        .build()
        .await;
    for (case, change) in CHANGES {
        env.provider.modify(Part::AccessToken, *change);
        let mut browser = env.logged_in("alice").await;
        let response = browser.get("/token/opaque").await;
        assert_eq!(response.status, StatusCode::OK, "{case}: {}", response.body);
        assert_eq!(env.provider.request_count(Endpoint::Refresh), 0, "{case}");
    }
    // A response with fewer scopes is ignored, too.
    env.provider.reset(Part::AccessToken);
    env.provider.modify(Part::ExchangeResponse, |response| {
        response["scope"] = json!("openid");
    });
    let mut browser = env.logged_in("alice").await;
    assert_eq!(browser.get("/token/opaque").await.status, StatusCode::OK);
}

#[tokio::test]
async fn jwts_are_validated_unless_the_api_has_opaque_tokens() {
    let env = TestEnvBuilder::new()
        .set("ORDERS_API_TOKEN_FORMAT", "opaque")
        .build()
        .await;
    env.provider.modify(Part::AccessToken, |claims| {
        drop(claims.as_object_mut().unwrap().remove("aud"));
    });
    let mut browser = env.logged_in("alice").await;
    let response = browser.get("/token").await;
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.json()["code"], "wrong_audience");
}
