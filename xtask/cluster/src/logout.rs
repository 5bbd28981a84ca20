//! How a session ends: at the site, at the provider, from another browser, or by an operator.

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
    judgement::{Answer, Standing},
    login::log_in,
    pages::Page,
    tally::IncidentKind,
    user::Session,
};

const MAX_ATTEMPTS: usize = 60;
const RETRY_INTERVAL: Duration = Duration::from_secs(1);
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// The tenant sends a logout token six times, waits five seconds for each answer, and half a minute in total between them.
const LOGOUT_TOKEN_TIMEOUT: Duration = Duration::from_secs(75);
/// The end of a session works on every replica within this time.
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
                    sleep(REVOCATION_DELAY).await;
                    self.set_standing(Standing::SignedOut);
                    self.env.tally.count("logouts");
                    self.ask_every_replica().await;
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
        self.report_not_ended("no logout was confirmed");
    }

    /// Logs out at the provider, as from another application. Its logout token ends the session here.
    pub(crate) async fn log_out_at_provider(&mut self) {
        self.set_standing(Standing::Ending);
        let start = now();
        let Ok(url) = self.env.tenant.join("/v2/logout") else {
            return;
        };
        let sent = self.browser.send(Method::GET, &url, Kind::Navigation, &[]);
        let is_sent = sent
            .await
            .is_ok_and(|reply| reply.status.is_redirection() || reply.status.is_success());
        if is_sent && self.was_logout_token_accepted(start).await {
            self.end("back-channel logouts").await;
        } else {
            self.report_not_ended("no logout token was accepted");
        }
    }

    /// Reports that the session could not be ended.
    fn report_not_ended(&self, how: &str) {
        let kind = IncidentKind::NotEnded;
        self.env.tally.incident(kind, &self.subject, how);
    }

    /// Waits until the site has accepted a logout token of this session.
    async fn was_logout_token_accepted(&self, since: Duration) -> bool {
        let mut seen = 0;
        while now().saturating_sub(since) < LOGOUT_TOKEN_TIMEOUT {
            let events = self.env.grants.of(&self.subject);
            let answers = events.iter().filter_map(|event| match event.kind {
                GrantEventKind::LogoutToken { status } if event.at >= since => Some(status),
                _ => None,
            });
            let new: Vec<u16> = answers.skip(seen).collect();
            seen += new.len();
            for status in new {
                match status {
                    200..300 => return true,
                    0 => self.env.tally.failure("logout token: no answer"),
                    status => self.env.tally.failure(&format!("logout token: {status}")),
                }
            }
            sleep(POLL_INTERVAL).await;
        }
        false
    }

    /// The session was ended in the way that `counter` names. No replica may accept it a second later.
    async fn end(&mut self, counter: &'static str) {
        sleep(REVOCATION_DELAY).await;
        self.set_standing(Standing::SignedOut);
        self.env.tally.count(counter);
        self.ask_every_replica().await;
    }

    /// Asks each replica for the session. One that is paused answers when it continues.
    async fn ask_every_replica(&self) {
        let mut tasks = tokio::task::JoinSet::new();
        for (index, address) in self.env.replicas.iter().enumerate() {
            let (this, address) = (self.clone_for_request(), *address);
            tasks.spawn(async move {
                let before = this.standing();
                let page = Page::Claims;
                // A replica that is down, or does not know, says nothing.
                let Ok(reply) = this.browser.read_from(address, page.path()).await else {
                    return;
                };
                let answer = page.read(&this.subject, &reply, &this.env.rows);
                if !matches!(answer, Answer::Failed(_)) {
                    this.env.tally.count("answers after the end");
                }
                let detail = format!("{} at replica {}", page.path(), index + 1);
                this.judge(before, &answer, &detail);
            });
        }
        tasks.join_all().await;
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
            self.end("ended from another browser").await;
            // The session that ends the others stays.
            let _ = other.visit(Page::Claims).await;
        } else {
            self.report_not_ended("the other browser could not end it");
        }
        other.log_out().await;
        other.ask(Page::Claims).await;
    }

    /// The operator ends all sessions of the user, who logs in again.
    pub(crate) async fn be_signed_out_by_the_operator(&mut self, number: usize) {
        let env = Arc::clone(&self.env);
        self.set_standing(Standing::Ending);
        let mut is_ended = false;
        for _ in 0..MAX_ATTEMPTS {
            match env.operator.revoke_sessions(&self.subject).await {
                Ok(()) => {
                    is_ended = true;
                    break;
                }
                Err(failure) => env.tally.failure(&failure),
            }
            sleep(RETRY_INTERVAL).await;
        }
        if !is_ended {
            return self.report_not_ended("the operator could not end it");
        }
        self.end("ended by an operator").await;
        let Some(browser) = log_in(&env, number + 1, &self.subject).await else {
            return;
        };
        let mut again = Self {
            env,
            subject: self.subject.clone(),
            browser,
            standing: Arc::new(Mutex::new(Standing::SignedIn)),
        };
        let _ = again.visit(Page::Claims).await;
        again.log_out().await;
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
