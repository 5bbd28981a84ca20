//! The configuration of the processes.

use std::collections::BTreeMap;

use reqwest::Url;
use tempfile::TempDir;

use super::services::Services;
use crate::test_env::{CLIENT_SECRET, ORDERS_API, PRODUCTS_API, SITE_SECRET};

pub(super) fn variables(
    services: &Services,
    base_url: &Url,
    folder: &TempDir,
) -> BTreeMap<String, String> {
    let path = |name: &str| folder.path().join(name).display().to_string();
    [
        (
            "APP_BASE_URL",
            base_url.as_str().trim_end_matches('/').to_owned(),
        ),
        ("AUTH0_AUDIENCE", PRODUCTS_API.to_owned()),
        ("AUTH0_CLIENT_ID", "leptos-auth0-sample".to_owned()),
        ("AUTH0_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
        ("AUTH0_DOMAIN", services.issuer()),
        ("AUTH0_EXPOSE_ACCESS_TOKENS_FOR", ORDERS_API.to_owned()),
        // Longer than the longest delay of the tenant.
        ("AUTH0_HTTP_TIMEOUT", "12500".to_owned()),
        ("AUTH0_SECRET", SITE_SECRET.to_owned()),
        (
            "AUTH0_SESSION_STORE",
            format!("sqlite:{}", path("sessions.db")),
        ),
        ("LEPTOS_SITE_ROOT", path("site")),
        ("ORDERS_API_AUDIENCE", ORDERS_API.to_owned()),
        ("ORDERS_API_URL", services.orders_url("")),
        ("PRODUCTS_API_URL", services.products_url()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
