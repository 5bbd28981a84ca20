//! What is told: by the page, by the server function and by the log, and that it is the same.

use axum_auth0::{Diagnosis, doctor::Check};
use serde_json::{Value, json};

use crate::{
    browser::{Answer, Person},
    test_env::World,
};

/// What the page of the products says, and the server function behind it.
pub(crate) async fn on_the_page(world: &World, person: &Person) -> Diagnosis {
    by_call(world, person, "/api/products").await
}

/// What a server function says, and the page of the products, which calls it, too.
pub(crate) async fn by_call(world: &World, person: &Person, path: &str) -> Diagnosis {
    let page = person.open("/products").await;
    let told = in_answer(&person.get_json(path).await);
    is_on(&page, &told);
    is_logged(world, " ERROR ", &told);
    as_local(world, told)
}

/// What the page says on which a login ends.
pub(crate) fn at_login(world: &World, page: &Answer) -> Diagnosis {
    assert_eq!(
        (page.url.path(), page.status.as_u16()),
        ("/auth/callback", 500),
        "{}",
        page.body
    );
    let told = in_log(world, " ERROR ");
    is_on(page, &told);
    as_local(world, told)
}

/// What the log says of a session that ended; the person only has to log in.
pub(crate) async fn at_the_end(world: &World, person: &Person) -> Diagnosis {
    let refused = person.get_json("/api/products").await.is(401);
    assert_eq!(refused.code(), "sign_in_required");
    let told = in_log(world, " WARN ");
    assert_eq!(
        world
            .log
            .lines_with(&["the session ended", told.code.as_str()])
            .len(),
        1
    );
    as_local(world, told)
}

/// What the log says of an access token that ended without a refresh token; the user only has to log in.
pub(crate) async fn without_refresh_token(world: &World, person: &Person) -> Diagnosis {
    let refused = person.get_json("/api/products").await.is(401);
    assert_eq!(refused.code(), "sign_in_required");
    let told = in_log(world, " WARN ");
    assert!(
        !world
            .log
            .lines_with(&["a new login is needed", told.code.as_str()])
            .is_empty()
    );
    as_local(world, told)
}

/// What a check of the doctor says.
pub(crate) fn by_the_doctor(world: &World, check: &Check) -> Diagnosis {
    as_local(
        world,
        of(json!({ "code": check.code, "cause": check.cause, "fix": check.fix })),
    )
}

/// The explanation in an answer of a server function.
pub(crate) fn in_answer(answer: &Answer) -> Diagnosis {
    assert_eq!(answer.status.as_u16(), 500, "{}", answer.body);
    let answer = answer.json();
    assert_eq!(answer["code"], "misconfigured", "{answer}");
    of(answer["explanation"].clone())
}

/// The last explanation in the log.
pub(crate) fn in_log(world: &World, level: &str) -> Diagnosis {
    let line = world
        .log
        .lines_with(&[level, " code=\"", " cause=", " fix="])
        .pop()
        .unwrap();
    let (_, rest) = line.split_once(" code=\"").unwrap();
    let (code, rest) = rest.split_once("\" cause=").unwrap();
    let (cause, fix) = rest.split_once(" fix=").unwrap();
    of(json!({ "code": code, "cause": cause, "fix": fix }))
}

/// That the log has the whole explanation.
#[track_caller]
pub(crate) fn is_logged(world: &World, level: &str, told: &Diagnosis) {
    let words = [level, told.code.as_str(), &told.cause, &told.fix];
    assert!(
        !world.log.lines_with(&words).is_empty(),
        "not in the log: {told}"
    );
}

/// That a page has the whole explanation, to be read.
#[track_caller]
pub(crate) fn is_on(page: &Answer, told: &Diagnosis) {
    let text = page.html().text();
    for sentence in [&told.cause, &told.fix] {
        assert!(
            text.contains(sentence.as_str()),
            "{sentence}\nis not in: {text}"
        );
    }
}

/// That cause and fix contain these words.
#[track_caller]
pub(crate) fn says(told: &Diagnosis, cause: &[&str], fix: &[&str]) {
    for (sentence, words) in [(&told.cause, cause), (&told.fix, fix)] {
        for words in words {
            assert!(sentence.contains(words), "{words:?} is not in: {sentence}");
        }
    }
}

/// With the ports that the local services have when a developer starts them.
pub(crate) fn as_local(world: &World, told: Diagnosis) -> Diagnosis {
    let config = world.auth0.config();
    let of_api = |name: &str| config.api(name).and_then(|api| api.base_url().port());
    let ports = [
        (world.base_url.port(), 3_000),
        (config.issuer().url().port(), 4_000),
        (of_api("PRODUCTS"), 4_001),
        (of_api("ORDERS"), 4_002),
    ];
    let local = |mut text: String| {
        for (port, local) in ports {
            if let Some(port) = port {
                for host in ["127.0.0.1", "localhost"] {
                    text = text.replace(&format!("{host}:{port}"), &format!("{host}:{local}"));
                }
            }
        }
        text
    };
    let mut told = told;
    told.cause = local(told.cause);
    told.fix = local(told.fix);
    told
}

fn of(told: Value) -> Diagnosis {
    serde_json::from_value(told).unwrap()
}
