//! Serves until a signal, and then ends in order: readiness first, then new connections, then requests, then the work
//! that outlives its request.

use std::{future::IntoFuture as _, io, time::Duration};

use axum::{Router, serve};
use axum_auth0::Auth0;
use tokio::{
    net::TcpListener,
    sync::oneshot,
    time::{Instant, sleep, timeout_at},
};

use crate::signals::{Signal, Signals};

/// After SIGTERM, requests are still accepted for this long while `/readyz` already says no: a load balancer learns of
/// it before it meets a closed port.
const READINESS_NOTICE: Duration = Duration::from_secs(1);

/// Serves `site` until SIGTERM or Ctrl-C, and returns when everything has ended, or after
/// [`Config::shutdown_timeout`](axum_auth0::Config::shutdown_timeout). A second signal ends the process at once.
///
/// # Errors
///
/// If the listener fails, or the signals cannot be listened for.
pub async fn serve_until_signal(
    listener: TcpListener,
    site: Router,
    auth0: &Auth0,
) -> io::Result<()> {
    let mut signals = Signals::listen()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let server = serve(listener, site.into_make_service()).with_graceful_shutdown(async move {
        // An error means that the sender is gone, which is a reason to stop, too.
        let _ = stopped.await;
    });
    let mut server = tokio::spawn(server.into_future());

    let signal = tokio::select! {
        ended = &mut server => return ended.map_err(io::Error::other)?,
        signal = signals.next() => signal,
    };
    let limit = auth0.config().shutdown_timeout();
    let deadline = Instant::now() + limit;
    auth0.start_shutdown(limit);
    tracing::info!(%signal, limit_seconds = limit.as_secs_f32(), "shutdown: not ready any more");
    tokio::spawn(exit_at_next(signals, auth0.clone()));
    if signal == Signal::Terminate {
        sleep(READINESS_NOTICE).await;
    }

    let _ = stop.send(());
    if let Ok(ended) = timeout_at(deadline, &mut server).await {
        ended.map_err(io::Error::other)??;
    } else {
        tracing::error!("shutdown: requests under way were cut off");
    }
    let left = deadline.saturating_duration_since(Instant::now());
    auth0.shutdown(left).await;
    Ok(())
}

/// The operator does not want to wait.
async fn exit_at_next(mut signals: Signals, auth0: Auth0) {
    let signal = signals.next().await;
    let unfinished = auth0.unfinished();
    tracing::error!(%signal, %unfinished, "shutdown: ended at once by a second signal; detached work was cut off");
    std::process::exit(1);
}
