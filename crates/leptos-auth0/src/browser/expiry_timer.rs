//! Waits for the end of the session.

use super::tabs;
use crate::{session_end::now, session_expiry_signal::SessionExpirySignal};
use leptos::{
    leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local, wasm_bindgen::JsCast as _,
};
use std::time::Duration;
use wasm_bindgen_futures::JsFuture;
use web_sys::RequestInit;

/// Maximum time of one timer, in seconds. Browsers delay timers while the computer sleeps.
const MAX_WAIT: i64 = 3_600;

/// Time until the server is asked again if it did not respond, in seconds.
const RETRY_INTERVAL: i64 = 5;

/// Sets the remaining time of `expiry` from now on.
pub(crate) fn watch_session_expiry(expiry: SessionExpirySignal) {
    let timer = Timer {
        expiry,
        handle: StoredValue::new(None),
    };
    // Runs for the end in the page, and whenever a response names the end.
    Effect::new(move |_| {
        expiry.user.end.track();
        timer.evaluate(true);
    });
    // Another tab may have used the session.
    tabs::on_message(expiry.user, move |_| {
        if matches!(expiry.left.try_get_untracked(), Some(Some(_))) {
            expiry.user.refetch();
        }
    });
    on_cleanup(move || timer.cancel());
}

#[derive(Clone, Copy)]
struct Timer {
    expiry: SessionExpirySignal,
    handle: StoredValue<Option<TimeoutHandle>>,
}

impl Timer {
    /// Updates the remaining time, and waits until it changes. `is_fresh` if the end was just read from the server.
    fn evaluate(self, is_fresh: bool) {
        self.cancel();
        let SessionExpirySignal {
            user, notice, left, ..
        } = self.expiry;
        let Some(end) = user.end.get_untracked() else {
            return self.hide();
        };
        let remaining = end.at - now();
        let was_shown = left.with_untracked(Option::is_some);
        if remaining > i64::from(notice) {
            self.hide();
            if was_shown {
                tabs::announce_user(user);
            }
            return self.wait(remaining - i64::from(notice));
        }
        if !is_fresh && !was_shown {
            // Another tab may have used the session.
            user.refetch();
            return self.wait(RETRY_INTERVAL);
        }
        left.set(Some(u32::try_from(remaining).unwrap_or_default()));
        if remaining > 0 {
            return self.wait(1);
        }
        if !is_fresh {
            user.refetch();
        }
        // The server has the last word.
        self.wait(if is_fresh { 1 } else { RETRY_INTERVAL });
    }

    fn hide(self) {
        let SessionExpirySignal { left, failed, .. } = self.expiry;
        if left.with_untracked(Option::is_some) {
            left.set(None);
        }
        failed.set(false);
    }

    fn wait(self, seconds: i64) {
        let seconds = u64::try_from(seconds.clamp(1, MAX_WAIT)).unwrap_or(1);
        let wait = Duration::from_secs(seconds);
        let handle = set_timeout_with_handle(move || self.evaluate(false), wait);
        self.handle.set_value(handle.ok());
    }

    fn cancel(self) {
        if let Some(handle) = self.handle.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    }
}

/// Sends the request that extends the session. Its response has the new end.
pub(crate) fn extend_session(expiry: SessionExpirySignal) {
    let request = RequestInit::new();
    request.set_method("POST");
    let path = expiry.user.routes().session;
    let response = window().fetch_with_str_and_init(&path, &request);
    spawn_local(async move {
        let response = JsFuture::from(response).await;
        _ = expiry.failed.try_set(
            !response.is_ok_and(|response| response.unchecked_ref::<web_sys::Response>().ok()),
        );
    });
}
