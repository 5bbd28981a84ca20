//! Signs in the user of a test.

use http::HeaderValue;
use tower_sessions::session::Id;
use url::Position;

use super::{TestLogin, TestLoginError, TestSession};
use crate::{
    auth0::Auth0,
    config::Config,
    session::{CurrentUser, SignedInUser, issued_cookie},
};

impl Auth0 {
    /// Signs in the user of `login`, without a request and without the provider. Works with every configuration and store;
    /// [`for_test`](crate::Auth0Builder::for_test) builds one for tests.
    ///
    /// The session is like that of a login: it ends by timeout or logout, and its cookie is accepted by every process with
    /// the same store and `AUTH0_SECRET`. See [`crate::testing`] for an example.
    ///
    /// # Errors
    ///
    /// If `login` has a token for an API that is not configured, or if the session store fails.
    pub async fn sign_in_for_test(&self, login: TestLogin) -> Result<TestSession, TestLoginError> {
        let login = login.resolve(self.config(), self.unix_seconds())?;
        let (id, user) = self.store_login(login).await?;
        Ok(session(self.config(), id, user))
    }
}

impl TestLogin {
    /// Returns the user as the extension of a request, to call a handler without [`Auth0`]. Only APIs with a
    /// [`token`](Self::token) are known to it. Their URLs do not exist: [`Auth0::sign_in_for_test`] is for a test that
    /// calls them.
    ///
    /// # Errors
    ///
    /// If the login has a token for an audience ([`Self::token_for`]) or a malformed ID token.
    pub async fn into_current_user(self) -> Result<CurrentUser, TestLoginError> {
        let auth0 = Auth0::builder().apis(self.apis.clone()).for_test();
        let session = auth0.build().await?.sign_in_for_test(self).await?;
        Ok(session.current_user())
    }
}

fn session(config: &Config, id: Id, user: SignedInUser) -> TestSession {
    let site = config.base_url();
    let value = |text: &str| {
        HeaderValue::from_str(text).expect("names, URLs and identifiers are valid header values")
    };
    TestSession {
        cookie: value(&format!("{}={id}", config.cookie().name())),
        set_cookie: value(&issued_cookie(config, id).to_string()),
        origin: value(&config.origin()),
        host: value(&site[Position::BeforeHost..Position::AfterPort]),
        user,
    }
}
