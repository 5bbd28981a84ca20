//! Graceful shutdown: readiness fails first, then new connections are refused, then requests and detached work are
//! drained.

use std::{io, time::Duration};

use axum::Router;
use axum_auth0::Auth0;
use tokio::{
    net::TcpListener,
    sync::oneshot,
    time::{Instant, sleep, timeout_at},
};

use crate::{
    connections,
    limits::Limits,
    signals::{Signal, Signals},
};

/// Time after SIGTERM during which requests are still accepted while `/readyz` fails, so that a load balancer notices
/// before the port closes.
const READINESS_NOTICE: Duration = Duration::from_secs(1);

/// Time after that during which requests are still accepted over open connections, which each response closes.
const IDLE_NOTICE: Duration = Duration::from_secs(1);

/// Serves `site` until SIGTERM or Ctrl-C. Returns when requests and detached work are complete, or after
/// [`Config::shutdown_timeout`](axum_auth0::Config::shutdown_timeout). A second signal ends the process immediately.
///
/// # Errors
///
/// If the signal handlers cannot be installed.
pub async fn serve_until_signal(
    listener: TcpListener,
    site: Router,
    auth0: &Auth0,
    limits: Limits,
) -> io::Result<()> {
    let mut signals = Signals::listen()?;
    let (stop, stopped) = oneshot::channel();
    // An error means that the sender was dropped, which also stops the server.
    let stopping = async { stopped.await.unwrap_or_default() };
    let mut server = tokio::spawn(connections::serve(listener, site, limits, stopping));

    let signal = tokio::select! {
        ended = &mut server => return ended.map_err(io::Error::other),
        signal = signals.next() => signal,
    };
    let limit = auth0.config().shutdown_timeout();
    let deadline = Instant::now() + limit;
    auth0.start_shutdown(limit);
    tracing::info!(%signal, limit_seconds = limit.as_secs_f32(), "shutdown: started, readiness fails");
    tokio::spawn(exit_at_next(signals, auth0.clone()));
    let mut idle = Duration::ZERO;
    if signal == Signal::Terminate {
        sleep(READINESS_NOTICE).await;
        idle = IDLE_NOTICE;
    }

    let _ = stop.send(idle);
    if let Ok(ended) = timeout_at(deadline, &mut server).await {
        ended.map_err(io::Error::other)?;
    } else {
        tracing::error!("shutdown: timed out, requests in progress were cancelled");
    }
    let left = deadline.saturating_duration_since(Instant::now());
    auth0.shutdown(left).await;
    Ok(())
}

/// Exits at the next signal without waiting.
async fn exit_at_next(mut signals: Signals, auth0: Auth0) {
    let signal = signals.next().await;
    let unfinished = auth0.unfinished_tasks();
    tracing::error!(%signal, %unfinished, "shutdown: forced by a second signal, detached work was cancelled");
    std::process::exit(1);
}
