//! How a session ends: at the site, at the provider, or from another browser.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::Method;
use tokio::time::sleep;
use url::Url;

use crate::{
    browser::Kind,
    grants::{GrantEventKind, now},
    judgement::Standing,
    login::log_in,
    pages::Page,
    user::Session,
};

const MAX_ATTEMPTS: usize = 60;
const RETRY_INTERVAL: Duration = Duration::from_secs(1);
/// The tenant waits this long for the answer to a logout token.
const LOGOUT_TOKEN_TIMEOUT: Duration = Duration::from_secs(10);
/// A back-channel logout works on every replica within this time.
const REVOCATION_DELAY: Duration = Duration::from_secs(1);

impl Session {
    /// Presses "Log out" until the site confirms it. The cookies are kept, to check that they do not work any more.
    pub(crate) async fn log_out(&mut self) {
        self.set_standing(Standing::Ending);
        let url = self.browser.url("/auth/logout");
        for _ in 0..MAX_ATTEMPTS {
            let start = now();
            let mut browser = self.browser.clone();
            let reply = browser.send(Method::POST, &url, Kind::Form, &[]).await;
            self.env.tally.request("/auth/logout", start);
            match reply {
                Ok(reply) if reply.status.is_redirection() => {
                    self.set_standing(Standing::SignedOut);
                    self.env.tally.count("logouts");
                    if let Some(provider) = reply.location {
                        // Ends the session at the provider, which sends a logout token for the session that is gone.
                        let kind = Kind::Navigation;
                        let _ = browser.send(Method::GET, &provider, kind, &[]).await;
                    }
                    return;
                }
                Ok(reply) => self.env.tally.failure(reply.status.as_str()),
                Err(failure) => self.env.tally.failure(&failure),
            }
            sleep(RETRY_INTERVAL).await;
        }
        self.env.tally.count("logouts without an answer");
    }

    /// Logs out at the provider, as from another application. If the logout token does not reach the site, logs out there.
    pub(crate) async fn log_out_at_provider(&mut self) {
        self.set_standing(Standing::Ending);
        let start = now();
        let Ok(url) = self.env.tenant.join("/v2/logout") else {
            return;
        };
        let sent = self.browser.send(Method::GET, &url, Kind::Navigation, &[]);
        if sent
            .await
            .is_ok_and(|reply| !reply.status.is_server_error())
            && self.was_logout_token_accepted(start).await
        {
            sleep(REVOCATION_DELAY).await;
            self.set_standing(Standing::SignedOut);
            self.env.tally.count("back-channel logouts");
        } else {
            self.env.tally.count("logout tokens without success");
            self.log_out().await;
        }
    }

    /// Waits for the site's answer to the logout token of this session.
    async fn was_logout_token_accepted(&self, since: Duration) -> bool {
        while now().saturating_sub(since) < LOGOUT_TOKEN_TIMEOUT {
            let events = self.env.grants.of(&self.subject);
            let status = events.iter().rev().find_map(|event| match event.kind {
                GrantEventKind::LogoutToken { status } if event.at >= since => Some(status),
                _ => None,
            });
            match status {
                Some(200..300) => return true,
                Some(0) => self.env.tally.failure("logout token: no answer"),
                Some(status) => self.env.tally.failure(&format!("logout token: {status}")),
                None => {
                    sleep(Duration::from_millis(100)).await;
                    continue;
                }
            }
            return false;
        }
        false
    }

    /// Logs in with a second browser, signs out all others there, and then that one, too.
    pub(crate) async fn sign_out_from_another_browser(&mut self, number: usize) {
        let env = Arc::clone(&self.env);
        let Some(browser) = log_in(&env, number + 1, &self.subject).await else {
            return;
        };
        self.set_standing(Standing::Ending);
        let mut other = Self {
            env,
            subject: self.subject.clone(),
            browser,
            standing: Arc::new(Mutex::new(Standing::SignedIn)),
        };
        if other.sign_out_others().await {
            sleep(REVOCATION_DELAY).await;
            self.set_standing(Standing::SignedOut);
            self.env.tally.count("revocations");
            // The session that revokes the others stays.
            let _ = other.visit(Page::Claims).await;
        } else {
            self.log_out().await;
        }
        other.log_out().await;
        other.ask(Page::Claims).await;
    }

    /// Presses "Sign out all other devices" until the site confirms it.
    async fn sign_out_others(&mut self) -> bool {
        let url = self.browser.url("/api/sessions/end-others");
        for _ in 0..MAX_ATTEMPTS {
            let start = now();
            let mut browser = self.browser.clone();
            let reply = browser.send(Method::POST, &url, Kind::Form, &[]).await;
            self.env.tally.request(url.path(), start);
            match reply {
                Ok(reply) if reply.status.is_redirection() => {
                    let query = reply.location.as_ref().and_then(Url::query);
                    if query == Some("done=others") {
                        return true;
                    }
                    self.env.tally.failure("form with an error");
                }
                Ok(reply) => self.env.tally.failure(reply.status.as_str()),
                Err(failure) => self.env.tally.failure(&failure),
            }
            sleep(RETRY_INTERVAL).await;
        }
        false
    }
}
