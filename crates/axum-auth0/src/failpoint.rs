//! Places in a refresh at which a test lets the process die or wait. Nothing of this is in a release build.
//!
//! `AXUM_AUTH0_FAILPOINT=refresh:after-response` ends the process at once when a refresh gets there for the first time, as
//! `kill -9` would: nothing is cleaned up, nothing is given back. `AXUM_AUTH0_FAILPOINT=refresh:after-response@PATH` makes
//! the file PATH instead, and goes on when it is gone, after a minute in any case. The points, in the order in which a
//! refresh meets them:
//!
//! | point | the refresh token | the lease |
//! |---|---|---|
//! | `refresh:before-lease` | not sent | not taken |
//! | `refresh:before-request` | not sent | held |
//! | `refresh:after-response` | used up, the new one in memory only | held |
//! | `refresh:after-store` | used up, the new one stored | held |

/// A refresh is at `point`.
#[cfg(not(debug_assertions))]
pub(crate) fn reached(_point: &str) -> std::future::Ready<()> {
    std::future::ready(())
}

/// A refresh is at `point`.
#[cfg(debug_assertions)]
pub(crate) async fn reached(point: &str) {
    use std::sync::atomic::{AtomicBool, Ordering};

    static PASSED: AtomicBool = AtomicBool::new(false);
    let Some((wanted, file)) = wanted() else {
        return;
    };
    if wanted != point || PASSED.swap(true, Ordering::SeqCst) {
        return;
    }
    match file {
        None => std::process::abort(),
        Some(file) => wait(file).await,
    }
}

/// The point that the environment names, and the file to wait for.
#[cfg(debug_assertions)]
fn wanted() -> Option<(&'static str, Option<&'static str>)> {
    static WANTED: std::sync::LazyLock<Option<String>> =
        std::sync::LazyLock::new(|| std::env::var("AXUM_AUTH0_FAILPOINT").ok());
    WANTED.as_deref().map(|wanted| {
        wanted
            .split_once('@')
            .map_or((wanted, None), |(point, file)| (point, Some(file)))
    })
}

#[cfg(debug_assertions)]
async fn wait(file: &str) {
    use std::{path::Path, time::Duration};

    const LONGEST: Duration = Duration::from_mins(1);
    const POLL_INTERVAL: Duration = Duration::from_millis(10);

    if let Err(error) = std::fs::write(file, "") {
        tracing::error!(%error, file, "AXUM_AUTH0_FAILPOINT: the file cannot be made");
        return;
    }
    let gone = async {
        while Path::new(file).exists() {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    };
    if tokio::time::timeout(LONGEST, gone).await.is_err() {
        tracing::error!(file, "AXUM_AUTH0_FAILPOINT: the file is still there");
    }
}
