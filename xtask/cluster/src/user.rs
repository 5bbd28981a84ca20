//! One session of a user: the login, the steps of its script, its end, and the check at the end of the run.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use reqwest::Method;
use tokio::{sync::OwnedSemaphorePermit, time::sleep};

use crate::{
    browser::{Browser, Kind},
    environment::Environment,
    grants::now,
    judgement::{Answer, Fault, Standing, judge},
    pages::Page,
    script::{Ending, Script, Step},
    tally::IncidentKind,
};

/// Requests of a burst: one for each replica.
const BURST: usize = 3;
/// Attempts to get an answer that says whether a session lives.
const MAX_ATTEMPTS: usize = 30;
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// A session.
pub(crate) struct Session {
    pub(crate) env: Arc<Environment>,
    pub(crate) subject: String,
    pub(crate) browser: Browser,
    pub(crate) standing: Arc<Mutex<Standing>>,
}

/// Runs session `number` from its login to the end of the run. `active` is released when the script has ended.
pub(crate) async fn run(env: Arc<Environment>, number: usize, active: OwnedSemaphorePermit) {
    let script = Script::of(env.seed, number);
    let subject = format!("auth0|user-{}", number + 1);
    let Some(browser) = crate::login::log_in(&env, number, &subject).await else {
        return;
    };
    let mut session = Session {
        env,
        subject,
        browser,
        standing: Arc::new(Mutex::new(Standing::SignedIn)),
    };
    // A lost session is reported, and its user does nothing further.
    let _ = session.follow(&script, active).await;
}

/// The session was lost.
pub(crate) struct Lost;

impl Session {
    async fn follow(&mut self, script: &Script, active: OwnedSemaphorePermit) -> Result<(), Lost> {
        for (pause, step) in &script.steps {
            sleep(*pause).await;
            match step {
                Step::Visit(page) => self.visit(*page).await?,
                Step::Burst(page) => self.burst(*page).await?,
            }
        }
        match script.ending {
            Ending::Logout => self.log_out().await,
            Ending::BackChannel => self.log_out_at_provider().await,
            Ending::OtherBrowser => self.sign_out_from_another_browser(script.number).await,
            Ending::Operator => self.be_signed_out_by_the_operator(script.number).await,
            Ending::Stay => {}
        }
        drop(active);
        let mut finish = self.env.finish.clone();
        if self.standing() == Standing::SignedIn {
            while tokio::time::timeout(script.idle, finish.wait_for(|it| *it))
                .await
                .is_err()
            {
                // The access token has expired, and all replicas need another one.
                self.burst(Page::ProductsFunction).await?;
            }
        } else {
            // At once, and again at the end of the run.
            self.ask(Page::Claims).await;
            let _ = finish.wait_for(|it| *it).await;
        }
        self.check_at_the_end().await
    }

    pub(crate) fn standing(&self) -> Standing {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_standing(&self, standing: Standing) {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = standing;
    }

    pub(crate) async fn visit(&mut self, page: Page) -> Result<(), Lost> {
        match self.ask(page).await {
            (_, Some(Fault::Anonymous)) => self.confirm_loss(page).await,
            _ => Ok(()),
        }
    }

    async fn burst(&mut self, page: Page) -> Result<(), Lost> {
        self.env.tally.count("bursts");
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..BURST {
            let mut copy = self.clone_for_request();
            tasks.spawn(async move { copy.ask(page).await });
        }
        let answers = tasks.join_all().await;
        let is_anonymous = |fault: &Option<Fault>| *fault == Some(Fault::Anonymous);
        if answers.iter().any(|(_, fault)| is_anonymous(fault)) {
            return self.confirm_loss(page).await;
        }
        Ok(())
    }

    pub(crate) fn clone_for_request(&self) -> Self {
        Self {
            env: Arc::clone(&self.env),
            subject: self.subject.clone(),
            browser: self.browser.clone(),
            standing: Arc::clone(&self.standing),
        }
    }

    /// Sends a request with the cookies that the login set, even after a logout has removed them from the browser.
    pub(crate) async fn ask(&mut self, page: Page) -> (Answer, Option<Fault>) {
        let env = Arc::clone(&self.env);
        let before = self.standing();
        let kind = if page.is_navigation() {
            Kind::Navigation
        } else {
            Kind::Script
        };
        let start = now();
        let cookies = self.browser.site_cookies.clone();
        let url = self.browser.url(page.path());
        let reply = self.browser.send(Method::GET, &url, kind, &[]).await;
        self.browser.site_cookies = cookies;
        env.tally.request(page.path(), start);
        let answer = match &reply {
            Ok(reply) => page.read(&self.subject, reply, &env.rows),
            Err(failure) => Answer::Failed(failure.clone()),
        };
        env.tally.answer(&answer);
        let fault = self.judge(before, &answer, page.path());
        (answer, fault)
    }

    /// Judges an answer to a request that was sent in the standing `before`, and reports a fault.
    pub(crate) fn judge(&self, before: Standing, answer: &Answer, detail: &str) -> Option<Fault> {
        let fault = judge(&self.subject, before, self.standing(), answer);
        if let Some(fault) = &fault {
            self.env.tally.fault(&self.subject, fault, detail);
        }
        fault
    }

    /// Asks again after an anonymous answer: is the session gone, or was the answer wrong?
    async fn confirm_loss(&mut self, page: Page) -> Result<(), Lost> {
        for _ in 0..MAX_ATTEMPTS {
            sleep(RETRY_INTERVAL).await;
            let kind = match self.ask(page).await {
                (Answer::Failed(_), _) => continue,
                (Answer::Anonymous, _) => IncidentKind::Lost,
                (Answer::Users(_), _) => IncidentKind::Flickered,
            };
            self.env.tally.incident(kind, &self.subject, page.path());
            return if kind == IncidentKind::Lost {
                Err(Lost)
            } else {
                Ok(())
            };
        }
        self.unreachable(page);
        Err(Lost)
    }

    /// Checks that a live session works, and that an ended one does not.
    async fn check_at_the_end(&mut self) -> Result<(), Lost> {
        let env = Arc::clone(&self.env);
        let Ok(_permit) = env.final_checks.acquire().await else {
            return Ok(());
        };
        if self.standing() == Standing::Ending {
            return Ok(());
        }
        for page in [Page::Claims, Page::ProductsFunction] {
            self.check_page(page).await?;
        }
        Ok(())
    }

    async fn check_page(&mut self, page: Page) -> Result<(), Lost> {
        for _ in 0..MAX_ATTEMPTS {
            match self.ask(page).await {
                (Answer::Failed(_), _) => sleep(RETRY_INTERVAL).await,
                (_, Some(Fault::Anonymous)) => return self.confirm_loss(page).await,
                _ => return Ok(()),
            }
        }
        self.unreachable(page);
        Err(Lost)
    }

    fn unreachable(&self, page: Page) {
        let kind = IncidentKind::Unreachable;
        self.env.tally.incident(kind, &self.subject, page.path());
    }
}
