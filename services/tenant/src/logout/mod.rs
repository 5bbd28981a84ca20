//! Logging out at the tenant: `/oidc/logout`, `/v2/logout`, and telling the applications.

mod backchannel;
pub(crate) mod oidc;
pub(crate) mod v2;

use axum::{
    http::{HeaderMap, HeaderValue, header::SET_COOKIE},
    response::Response,
};

use crate::{
    cookies,
    store::sessions::{self, Session},
    tenant::Shared,
};

/// Ends a session and tells the applications that took part in it; answers whose it was.
/// Refresh tokens stay, as at Auth0: they belong to the grant, not to the session.
pub(crate) async fn end_session(
    shared: &Shared,
    sid: &str,
) -> Result<Option<Session>, sqlx::Error> {
    let mut transaction = shared.store.begin().await?;
    let ended = sessions::end(&mut transaction, sid).await?;
    transaction.commit().await?;
    Ok(ended.map(|(session, applications)| {
        for application in &applications {
            backchannel::tell(shared, application, &session);
        }
        session
    }))
}

/// The session of the browser's cookie.
async fn of_browser(shared: &Shared, headers: &HeaderMap) -> Result<Option<Session>, sqlx::Error> {
    match cookies::sso(headers) {
        Some(cookie) => {
            let mut connection = shared.store.connection().await?;
            sessions::of_cookie(&mut connection, &cookie, shared.now()).await
        }
        None => Ok(None),
    }
}

fn without_cookie(mut response: Response) -> Response {
    if let Ok(value) = HeaderValue::from_str(&cookies::remove_sso()) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}
