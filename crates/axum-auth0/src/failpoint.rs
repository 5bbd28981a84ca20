//! Failpoints: points in a refresh at which a test aborts or suspends the process. Disabled in release builds.
//!
//! `AXUM_AUTH0_FAILPOINT=refresh:after-response` aborts the process when a refresh first reaches the point, without any
//! cleanup, like `kill -9`. `AXUM_AUTH0_FAILPOINT=refresh:after-response@PATH` creates the file PATH instead and
//! continues when the file is deleted, or after a minute. The points, in the order of a refresh:
//!
//! | point | refresh token | lease |
//! |---|---|---|
//! | `refresh:before-lease` | not sent | not acquired |
//! | `refresh:before-request` | not sent | held |
//! | `refresh:after-response` | consumed, the new one in memory only | held |
//! | `refresh:after-store` | consumed, the new one stored | held |

/// Does nothing in a release build.
#[cfg(not(debug_assertions))]
pub(crate) fn reached(_point: &str) -> std::future::Ready<()> {
    std::future::ready(())
}

/// Aborts or suspends the process if `point` is the configured one.
#[cfg(debug_assertions)]
pub(crate) async fn reached(point: &str) {
    use std::sync::atomic::{AtomicBool, Ordering};

    static REACHED: AtomicBool = AtomicBool::new(false);
    let Some((configured, file)) = configured() else {
        return;
    };
    if configured != point || REACHED.swap(true, Ordering::SeqCst) {
        return;
    }
    match file {
        None => std::process::abort(),
        Some(file) => wait(file).await,
    }
}

/// Returns the point in the environment variable, and the file to wait for.
#[cfg(debug_assertions)]
fn configured() -> Option<(&'static str, Option<&'static str>)> {
    static CONFIGURED: std::sync::LazyLock<Option<String>> =
        std::sync::LazyLock::new(|| std::env::var("AXUM_AUTH0_FAILPOINT").ok());
    CONFIGURED.as_deref().map(|value| {
        value
            .split_once('@')
            .map_or((value, None), |(point, file)| (point, Some(file)))
    })
}

#[cfg(debug_assertions)]
async fn wait(file: &str) {
    use std::{path::Path, time::Duration};

    const MAX_WAIT: Duration = Duration::from_mins(1);
    const POLL_INTERVAL: Duration = Duration::from_millis(10);

    if let Err(error) = std::fs::write(file, "") {
        tracing::error!(%error, file, "AXUM_AUTH0_FAILPOINT: failed to create the file");
        return;
    }
    let deleted = async {
        while Path::new(file).exists() {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    };
    if tokio::time::timeout(MAX_WAIT, deleted).await.is_err() {
        tracing::error!(
            file,
            "AXUM_AUTH0_FAILPOINT: timed out waiting for the file to be deleted"
        );
    }
}
