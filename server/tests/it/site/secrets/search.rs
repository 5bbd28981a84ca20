//! Which secrets there were, and where they show.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    browser::{Answer, Person},
    test_env::{CLIENT_SECRET, Ledger, SITE_SECRET, World},
};

/// A shorter text could be anywhere by chance.
const SHORTEST: usize = 16;

/// A secret and what it is. Names, so that a failure does not print the secret alone.
pub(super) type Canaries = BTreeMap<String, &'static str>;

/// All secrets that came up in `world` and in the browsers of `people`.
pub(super) fn planted(world: &World, people: &[&Person]) -> Canaries {
    let mut canaries = Canaries::new();
    let mut plant = |secret: &str, what| {
        if secret.len() >= SHORTEST {
            canaries.insert(secret.to_owned(), what);
        }
    };
    plant(CLIENT_SECRET, "client secret");
    plant(SITE_SECRET, "AUTH0_SECRET");
    plant(
        &STANDARD.encode(format!("leptos-auth0-sample:{CLIENT_SECRET}")),
        "client credentials",
    );
    for entry in world.at_tenant.entries() {
        for (field, what) in [
            ("code", "code"),
            ("code_verifier", "verifier"),
            ("refresh_token", "refresh token"),
            ("token", "refresh token"),
        ] {
            plant(&entry.field(field).unwrap_or_default(), what);
        }
        for (member, what) in [
            ("access_token", "access token"),
            ("refresh_token", "refresh token"),
            ("id_token", "ID token"),
        ] {
            for part in parts(&entry.answered(member).unwrap_or_default()) {
                plant(part, what);
            }
        }
        if entry.path == "/authorize" {
            plant(&entry.parameter("state").unwrap_or_default(), "state");
            plant(&entry.parameter("nonce").unwrap_or_default(), "nonce");
        }
    }
    let calls = [&world.at_api, &world.at_orders];
    for entry in calls.into_iter().flat_map(Ledger::entries) {
        for part in parts(entry.bearer().unwrap_or_default()) {
            plant(part, "access token");
        }
    }
    for answer in people.iter().flat_map(|person| person.seen()) {
        for cookie in answer.cookies() {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            let what = match name {
                "session" => "session cookie",
                "tenant_sso" => "cookie of the tenant",
                "typed_form" => continue,
                name if name.starts_with("txn_") => "transaction cookie",
                name => panic!("what is the cookie {name}?"),
            };
            plant(value, what);
        }
    }
    canaries
}

/// A token, and what of it says something by itself: payload and signature of a JWT. Its header is the same for all.
fn parts(token: &str) -> Vec<&str> {
    let mut parts: Vec<_> = token.split('.').skip(1).collect();
    parts.push(token);
    parts
}

/// Where secrets show that should not.
pub(super) fn found(canaries: &Canaries, place: &str, text: &str) -> Vec<String> {
    let hits = canaries
        .iter()
        .filter(|(secret, _)| text.contains(secret.as_str()));
    hits.map(|(_, what)| format!("{what} in {place}")).collect()
}

/// A header of the site, and whether this secret belongs there.
fn belongs(header: &str, target: &str, what: &str) -> bool {
    match header {
        "set-cookie" => what.ends_with("cookie"),
        // The login's own parameters on the way to the tenant, and the hint of a logout (both by the book).
        "location" => match target {
            "/authorize" => ["state", "nonce"].contains(&what),
            "/oidc/logout" => what == "ID token",
            _ => false,
        },
        _ => false,
    }
}

pub(super) fn leaks(world: &World, answers: &[Answer], canaries: &Canaries) -> Vec<String> {
    let mut leaks = found(canaries, "the log", &world.log.text());
    for answer in answers
        .iter()
        .filter(|answer| answer.url.origin() == world.base_url.origin())
    {
        let place = format!("{} {}", answer.method, answer.url.path());
        leaks.extend(found(
            canaries,
            &format!("the body of {place}"),
            &answer.body,
        ));
        for (name, value) in &answer.headers {
            let value = value.to_str().unwrap();
            let target = if name == "location" {
                answer.target().path().to_owned()
            } else {
                String::new()
            };
            for (secret, what) in canaries {
                if value.contains(secret.as_str()) && !belongs(name.as_str(), &target, what) {
                    leaks.push(format!("{what} in {name} of {place}"));
                }
            }
        }
        // What a page's address says is in histories and in logs of others.
        let address = answer.url.as_str();
        if answer.url.path() != "/auth/callback" {
            leaks.extend(found(
                canaries,
                &format!("the address {}", answer.url.path()),
                address,
            ));
        }
    }
    leaks
}
