//! Actions that require a recent login, a second factor, roles, permissions or scopes.

#![expect(clippy::unwrap_used, reason = "tests")]

mod access;
mod failed_forms;
mod forms;
mod guards;
mod kept_forms;
mod logins;
mod scopes;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Extension, Router,
    body::{Body, Bytes},
    extract::{Request, State},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use axum_auth0::{CurrentUser, FailedForms, SignedInUser, StepUp, StepUpRequired};
use http::header;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use test_support::{Browser, Part, ProductsApi, SITE, TestApp, TestResponse};

type TestEnv = test_support::TestEnv<App>;

const SECOND_FACTOR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";
const FIVE_MINUTES: Duration = Duration::from_mins(5);

/// The application in which a user logs in.
#[derive(Default)]
struct App;

impl TestApp for App {
    fn router(&self) -> Router {
        Router::new()
            .route("/whoami", get(whoami))
            .route("/token", get(token))
    }
}

async fn whoami(user: CurrentUser) -> String {
    match user {
        CurrentUser::SignedIn(user) => user.subject().to_owned(),
        _ => "anonymous".to_owned(),
    }
}

/// Returns a fingerprint of the access token.
async fn token(user: SignedInUser) -> String {
    let token = user.access_token::<ProductsApi>().await.unwrap();
    json!({ "fingerprint": format!("{:x}", Sha256::digest(token.expose())) }).to_string()
}

/// The forms that reached the application.
type Sent = Arc<Mutex<Vec<String>>>;

/// An application with guards of all kinds.
struct Site {
    router: Router,
    sent: Sent,
}

impl Site {
    async fn new(env: &TestEnv) -> Self {
        let sent = Sent::default();
        let recent = StepUp::recent_auth(FIVE_MINUTES);
        let builder = env.auth0_builder();
        let builder = builder.protect_with(recent.clone(), ["/security"]);
        let auth0 = builder.build().await.unwrap();
        let vault = Router::new().route("/vault", get(|| async { "the vault" }));
        let app = Router::new()
            .route("/", get(|| async { "home" }))
            .route("/security", get(|| async { "the security page" }))
            .route("/account", get(account))
            .route(
                "/account/close",
                post(close).put(close).patch(close).delete(close),
            )
            .route("/account/fail", get(show_failed).post(fail))
            .route("/account/pay", post(pay))
            .route("/api/always", post(always))
            .with_state(sent.clone())
            .merge(auth0.require_step_up(StepUp::multi_factor(), vault));
        Self {
            router: auth0.wrap(app),
            sent,
        }
    }

    fn sent(&self) -> Vec<String> {
        self.sent.lock().unwrap().clone()
    }
}

async fn account(user: SignedInUser) -> String {
    let login = user.authentication();
    json!({ "auth_time": login.auth_time(), "acr": login.acr(), "amr": login.amr() }).to_string()
}

/// Requires a recent login.
async fn close(
    user: SignedInUser,
    State(sent): State<Sent>,
    body: Bytes,
) -> Result<Redirect, StepUpRequired> {
    user.require_recent_auth(FIVE_MINUTES)?;
    record(&sent, &user, &body);
    Ok(Redirect::to("/?done=closed"))
}

/// Requires a second factor.
async fn pay(
    user: SignedInUser,
    State(sent): State<Sent>,
    body: Bytes,
) -> Result<&'static str, StepUpRequired> {
    user.require_acr([SECOND_FACTOR])?;
    record(&sent, &user, &body);
    Ok("paid")
}

/// Requires another login, whatever the user does, as an API can.
async fn always(_: SignedInUser) -> Response {
    StepUpRequired(StepUp::recent_auth(FIVE_MINUTES)).into_response()
}

/// Fails, and keeps the form for its page.
async fn fail(forms: Extension<FailedForms>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let cookie = forms.keep(&parts, "/account/fail", "error").unwrap();
    (
        [(header::SET_COOKIE, cookie)],
        Redirect::to("/account/fail"),
    )
        .into_response()
}

/// The page of the form that fails.
async fn show_failed(forms: Extension<FailedForms>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let (form, removal) = forms.take(&parts, "/account/fail");
    let fields = form.map_or_else(|| "empty".to_owned(), |form| form.urlencoded());
    let removal = removal.map(|removal| [(header::SET_COOKIE, removal)]);
    (removal, fields).into_response()
}

fn record(sent: &Sent, user: &SignedInUser, body: &Bytes) {
    let body = String::from_utf8_lossy(body);
    let form = format!("{}: {body}", user.subject());
    sent.lock().unwrap().push(form);
}

/// Lets the ID tokens of the provider have these claims.
fn issue(env: &TestEnv, claims: Value) {
    env.provider.modify(Part::IdToken, move |token| {
        for (name, value) in claims.as_object().unwrap() {
            token[name.as_str()] = value.clone();
        }
    });
}

/// Returns a browser whose user logged in `age` seconds ago at the provider.
async fn logged_in(env: &TestEnv, site: &Site, user: &str, age: i64) -> Browser {
    issue(env, json!({ "auth_time": env.clock_now() - age }));
    env.logged_in(user).await.with_router(&site.router)
}

/// Posts a form as the browser does, from the page `/account`.
async fn post_form(browser: &mut Browser, path: &str, body: impl Into<Body>) -> TestResponse {
    let request = browser
        .form(path)
        .header(header::ACCEPT, "text/html,*/*;q=0.8")
        .header(header::REFERER, format!("{SITE}/account"))
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-dest", "document");
    browser.send(request.body(body.into()).unwrap()).await
}

/// Posts a form as a script does.
async fn call(browser: &mut Browser, path: &str, body: &str) -> TestResponse {
    let request = browser
        .form(path)
        .header(header::ACCEPT, "application/json")
        .header(header::REFERER, format!("{SITE}/account"))
        .header("sec-fetch-mode", "cors")
        .header("sec-fetch-dest", "empty");
    let body = Body::from(body.to_owned());
    browser.send(request.body(body).unwrap()).await
}

/// Opens the login that `location` starts, as `user`, and returns the response of the callback.
async fn log_in_at(
    env: &TestEnv,
    browser: &mut Browser,
    location: &str,
    user: &str,
) -> TestResponse {
    let response = browser.get(location).await;
    assert_eq!(response.status, 303, "{}", response.body);
    let returned = env.provider.authorize(response.location(), user);
    browser.get(&returned.path()).await
}

/// Returns the identifier in the path that sends a form.
fn form_id(location: &str) -> &str {
    let id = location.strip_prefix("/auth/resume?form=");
    id.unwrap_or_else(|| panic!("not the route that sends a form: {location}"))
}
