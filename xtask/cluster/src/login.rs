//! A login as a browser does it: the site, the provider, the form, the callback. A step that fails is repeated like by a user.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use tokio::time::sleep;
use url::Url;

use crate::{
    browser::{Browser, Kind, Reply},
    environment::Environment,
    grants::now,
    tally::IncidentKind,
};

const MAX_LOGINS: usize = 60;
/// How often a user reloads the page of a callback that failed.
const MAX_RELOADS: usize = 4;
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// Logs a user in. Returns `None` after reporting that it is impossible.
pub(crate) async fn log_in(env: &Environment, number: usize, subject: &str) -> Option<Browser> {
    let mut last = String::new();
    for _ in 0..MAX_LOGINS {
        let mut browser = Browser::new(env.clients.get(number), env.site.clone());
        match attempt(env, &mut browser, subject).await {
            Ok(()) => {
                env.tally.session_made();
                env.tally.login_finished();
                return Some(browser);
            }
            Err(failure) => {
                env.tally.failure(&failure);
                env.tally.count("failed logins");
                last = failure;
            }
        }
        sleep(RETRY_INTERVAL).await;
    }
    env.tally.login_finished();
    let kind = IncidentKind::LoginImpossible;
    env.tally.incident(kind, subject, last);
    None
}

async fn attempt(env: &Environment, browser: &mut Browser, subject: &str) -> Result<(), String> {
    let login = browser.url("/auth/login?returnTo=/products");
    let authorize = redirect(get(env, browser, &login).await?)?;
    let form = redirect(get(env, browser, &authorize).await?)?;
    let login_id = form.query_pairs().find(|(name, _)| name == "state");
    let login_id = login_id.map(|(_, value)| value.into_owned());
    let login_id = login_id.ok_or("the provider shows no login")?;
    let submit = env
        .tenant
        .join("/u/login/one-click")
        .map_err(|error| error.to_string())?;
    let fields = [("state", login_id.as_str()), ("user", subject)];
    let sent = browser.send(Method::POST, &submit, Kind::Form, &fields);
    let callback = redirect(sent.await?)?;
    let mut reloads = 0;
    loop {
        match get(env, browser, &callback).await {
            Ok(reply) if is_logged_in(&reply, browser) => return Ok(()),
            Ok(reply) if reply.status.is_server_error() && reloads < MAX_RELOADS => {
                env.tally.failure(reply.status.as_str());
            }
            Err(failure) if reloads < MAX_RELOADS => env.tally.failure(&failure),
            Ok(reply) => return Err(format!("callback {}", reply.status.as_u16())),
            Err(failure) => return Err(failure),
        }
        reloads += 1;
        env.tally.count("repeated callbacks");
        sleep(RETRY_INTERVAL).await;
    }
}

fn is_logged_in(reply: &Reply, browser: &Browser) -> bool {
    let is_return = reply
        .location
        .as_ref()
        .is_some_and(|url| url.path() == "/products");
    is_return && !browser.site_cookies.is_empty()
}

async fn get(env: &Environment, browser: &mut Browser, url: &Url) -> Result<Reply, String> {
    let start = now();
    let reply = browser.send(Method::GET, url, Kind::Navigation, &[]).await;
    env.tally.request(url.path(), start);
    reply
}

fn redirect(reply: Reply) -> Result<Url, String> {
    match reply.location {
        Some(location) if reply.status.is_redirection() => Ok(location),
        _ if reply.status == StatusCode::OK => Err("200 instead of a redirect".to_owned()),
        _ => Err(reply.status.as_u16().to_string()),
    }
}
