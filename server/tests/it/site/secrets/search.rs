//! Collects the secrets of a test environment, and finds those that appear in the site's responses and in the log.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use test_support::{RequestLog, SecretScanner};

use crate::{
    browser::{Browser, Response},
    test_env::{CLIENT_SECRET, SITE_SECRET, TestEnv},
};

/// Returns all secrets that came up in `env` and in the browsers.
pub(super) fn collect_secrets(env: &TestEnv, browsers: &[&Browser]) -> SecretScanner {
    let secrets = SecretScanner::default();
    secrets.add("client secret", CLIENT_SECRET);
    secrets.add("AUTH0_SECRET", SITE_SECRET);
    secrets.add(
        "client credentials",
        &STANDARD.encode(format!("leptos-auth0-sample:{CLIENT_SECRET}")),
    );
    let add = |kind, secret: Option<String>| secrets.add(kind, &secret.unwrap_or_default());
    for exchange in env.tenant_requests.entries() {
        for (field, kind) in [
            ("code", "code"),
            ("code_verifier", "verifier"),
            ("refresh_token", "refresh token"),
            ("token", "refresh token"),
        ] {
            add(kind, exchange.form_field(field));
        }
        for (member, kind) in [
            ("access_token", "access token"),
            ("refresh_token", "refresh token"),
            ("id_token", "ID token"),
        ] {
            add(kind, exchange.response_field(member));
        }
        if exchange.path == "/authorize" {
            add("state", exchange.query_parameter("state"));
            add("nonce", exchange.query_parameter("nonce"));
        }
    }
    let calls = [&env.products_requests, &env.orders_requests];
    for exchange in calls.into_iter().flat_map(RequestLog::entries) {
        secrets.add("access token", exchange.bearer_token().unwrap_or_default());
    }
    for response in browsers.iter().flat_map(|browser| browser.responses()) {
        for cookie in response.set_cookies() {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            let kind = match name {
                "session" => "session cookie",
                "tenant_sso" => "cookie of the tenant",
                "session_form" => "failed form cookie",
                name if name.starts_with("txn_") => "transaction cookie",
                name => panic!("unknown cookie {name}"),
            };
            secrets.add(kind, value);
        }
    }
    secrets
}

/// Returns the secrets in `text`, each with `place`.
pub(super) fn found(secrets: &SecretScanner, place: &str, text: &str) -> Vec<String> {
    let kinds = secrets.found_in(text).into_iter();
    kinds.map(|kind| format!("{kind} in {place}")).collect()
}

/// Returns whether a header of the site may carry a secret of this kind. `target` is the path of a redirect.
fn is_expected(header: &str, target: &str, kind: &str) -> bool {
    match header {
        "set-cookie" => kind.ends_with("cookie"),
        // OpenID Connect Core 1.0 §3.1.2.1, OpenID Connect RP-Initiated Logout 1.0 §2.
        "location" => match target {
            "/authorize" => ["state", "nonce"].contains(&kind),
            "/oidc/logout" => kind == "ID token",
            _ => false,
        },
        _ => false,
    }
}

/// Returns the secrets that leaked into the log or into the site's responses.
pub(super) fn leaks(env: &TestEnv, responses: &[Response], secrets: &SecretScanner) -> Vec<String> {
    let mut leaks = found(secrets, "the log", &env.log.text());
    let of_site = |response: &&Response| response.url.origin() == env.base_url.origin();
    for response in responses.iter().filter(of_site) {
        let path = response.url.path();
        let place = format!("{} {path}", response.method);
        let body = format!("the body of {place}");
        leaks.extend(found(secrets, &body, &response.body));
        for (name, value) in &response.headers {
            let target = if name == "location" {
                response.redirect_target().path().to_owned()
            } else {
                String::new()
            };
            for kind in secrets.found_in(value.to_str().unwrap()) {
                if !is_expected(name.as_str(), &target, kind) {
                    leaks.push(format!("{kind} in {name} of {place}"));
                }
            }
        }
        // URLs of pages end up in the browser's history and in logs of proxies.
        if path != "/auth/callback" {
            let address = format!("the address {path}");
            leaks.extend(found(secrets, &address, response.url.as_str()));
        }
    }
    leaks
}
