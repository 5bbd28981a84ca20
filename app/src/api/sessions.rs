//! The sessions of the signed-in user.

use crate::{error::AppError, models::Device};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Lists the devices on which the user is signed in: `GET /api/sessions`.
///
/// # Errors
/// [`AppError`]; 401 if no user is signed in.
#[server(prefix = "/api", endpoint = "sessions", input = GetUrl)]
pub async fn list_devices() -> Result<Vec<Device>, AppError> {
    use leptos_auth0::{
        AuthError,
        server::{require_user, respond_with_data},
    };

    let sessions = require_user()?
        .sessions()
        .await
        .map_err(|_| AuthError::StoreUnavailable)?;
    respond_with_data(<ListDevices as leptos::server_fn::ServerFn>::PATH);
    let device = |session: &axum_auth0::SessionDescription| Device {
        id: session.id().to_owned(),
        browser: session.browser().map(str::to_owned),
        system: session.system().map(str::to_owned),
        idle_minutes: session.idle_for().as_secs() / 60,
        is_current: session.is_current(),
    };
    Ok(sessions.iter().map(device).collect())
}

/// Signs out one device of the user: `POST /api/sessions/end`. A device that is already signed out is no error.
///
/// # Errors
/// [`AppError`]; 401 if no user is signed in.
#[server(prefix = "/api", endpoint = "sessions/end")]
pub async fn sign_out_device(id: String) -> Result<(), AppError> {
    use leptos_auth0::{AuthError, server::require_user, site_path};

    require_user()?
        .revoke_session(&id)
        .await
        .map_err(|_| AuthError::StoreUnavailable)?;
    leptos_axum::redirect(&format!("{}?done=device", site_path("/profile")));
    Ok(())
}

/// Signs out all other devices of the user: `POST /api/sessions/end-others`.
///
/// # Errors
/// [`AppError`]; 401 if no user is signed in.
#[server(prefix = "/api", endpoint = "sessions/end-others")]
pub async fn sign_out_other_devices() -> Result<(), AppError> {
    use leptos_auth0::{AuthError, server::require_user, site_path};

    require_user()?
        .revoke_other_sessions()
        .await
        .map_err(|_| AuthError::StoreUnavailable)?;
    leptos_axum::redirect(&format!("{}?done=others", site_path("/profile")));
    Ok(())
}
