//! The notice that the session is about to end.

use crate::{
    platform, provide::use_auth_routes, session_expiry::use_session_expiry,
    session_expiry_signal::SessionExpirySignal,
};
use leptos::{html::Section, prelude::*};
use std::time::Duration;

/// Remaining times at which the notice is announced again, in seconds. Each second would be too much to listen to.
const ANNOUNCEMENTS: [u32; 2] = [30, 10];

/// Shows the notice `seconds` before the end of the session. `path_and_query` returns the page to log in for.
pub(crate) fn expiry_notice(
    seconds: u32,
    path_and_query: impl Fn() -> String + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let expiry = use_session_expiry(Duration::from_secs(seconds.into()));
    let login = use_auth_routes();
    let notice = NodeRef::<Section>::new();
    platform::manage_focus(notice, expiry);
    let time = move || minutes_and_seconds(expiry.seconds_left().unwrap_or_default());
    // The nodes stay, so that the region exists before its text changes.
    view! {
        <section
            node_ref=notice
            class="notice session-expiry"
            role="alertdialog"
            aria-labelledby="session-expiry-title"
            aria-describedby="session-expiry-text"
            hidden=move || !expiry.is_ending()
        >
            <p id="session-expiry-title">
                <strong>
                    {move || if expiry.is_extendable() { "Are you still there?" } else { "Your session ends soon." }}
                </strong>
            </p>
            <p id="session-expiry-text">
                "You will be signed out in " <span role="timer">{time}</span>
                {move || if expiry.is_extendable() {
                    ", because you have not used this site for a while."
                } else {
                    ". To continue, log in again. What you typed stays on this page."
                }}
            </p>
            <Show when=move || expiry.has_failed()>
                <p role="alert">"That did not work. Please try again."</p>
            </Show>
            <p>
                <Show
                    when=move || expiry.is_extendable()
                    fallback={
                        let login = login.clone();
                        let path_and_query = path_and_query.clone();
                        move || view! {
                            <a class="button" rel="external" target="_blank" href=login.login_url(&path_and_query())>
                                "Log in again in a new tab"
                            </a>
                        }
                    }
                >
                    <button type="button" class="button" on:click=move |_| expiry.stay_signed_in()>
                        "Stay signed in"
                    </button>
                </Show>
            </p>
        </section>
        <p class="visually-hidden" aria-live="assertive" aria-atomic="true">{announcement(expiry)}</p>
    }
}

/// Returns the text for screen readers. It changes when the notice appears, and at the [`ANNOUNCEMENTS`].
fn announcement(expiry: SessionExpirySignal) -> impl Fn() -> Option<String> {
    let step = Memo::new(move |_| expiry.seconds_left().map(step));
    move || {
        step.get()?;
        let seconds = expiry.left.get_untracked()?;
        let action = if expiry.is_extendable() {
            "stay signed in"
        } else {
            "log in again"
        };
        Some(format!(
            "You will be signed out in {seconds} seconds. A notice at the start of the page has a button to {action}."
        ))
    }
}

/// Returns how many of the [`ANNOUNCEMENTS`] are due.
fn step(seconds_left: u32) -> usize {
    ANNOUNCEMENTS
        .iter()
        .filter(|seconds| seconds_left <= **seconds)
        .count()
}

fn minutes_and_seconds(seconds: u32) -> String {
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    format!("{minutes}:{seconds:02}")
}

#[cfg(test)]
mod tests {
    use super::{minutes_and_seconds, step};

    #[test]
    fn the_time_is_shown_in_minutes_and_seconds() {
        for (seconds, expected) in [(0, "0:00"), (9, "0:09"), (60, "1:00"), (125, "2:05")] {
            assert_eq!(minutes_and_seconds(seconds), expected);
        }
    }

    #[test]
    fn the_notice_is_announced_three_times_and_not_each_second() {
        let steps: Vec<_> = (0..=60).rev().map(step).collect();
        let changes = steps.windows(2).filter(|pair| pair[0] != pair[1]);
        assert_eq!(changes.count(), 2, "at 30 and at 10 seconds");
        assert_eq!((step(60), step(31), step(30), step(10)), (0, 0, 1, 2));
    }
}
