//! The remaining lifetime of a token: a bar that shrinks.
//!
//! It is an SVG with SMIL animation, so it needs neither a script nor inline styles. With `prefers-reduced-motion` the
//! stylesheet shows a bar that does not move.

use super::timestamp::{duration, timestamp};
use axum_auth0::CachedTokenOverview;
use leptos::prelude::*;

/// With less than this many seconds left, the bar is marked as expiring.
const EXPIRES_SOON: i64 = 300;

/// Shows the bar and its description.
pub(super) fn expiry_bar(cached: &CachedTokenOverview, now: i64) -> impl IntoView + use<> {
    let Some(end) = cached.expires_at else {
        return view! { <p class="life-said">"The provider did not say when it expires."</p> }
            .into_any();
    };
    let left = end - now;
    let said = if left > 0 {
        view! { "Expires in " {duration(left)} ", at " {timestamp(end)} }.into_any()
    } else {
        view! { "Expired " {duration(-left)} " ago; the next call gets a new one. It ended at " {timestamp(end)} }.into_any()
    };
    let bar = bar(left, end - cached.obtained_at);
    view! {
        {bar}
        <p class="life-said">{said} "."</p>
    }
    .into_any()
}

/// `left` and `whole` are in seconds.
fn bar(left: i64, whole: i64) -> impl IntoView {
    let left = left.max(0);
    let permille = left.saturating_mul(1_000) / whole.max(left).max(1);
    let width = permille.to_string();
    let seconds = format!("{left}s");
    let near = format!("{}s", (left - EXPIRES_SOON).max(0));
    let class = if left <= EXPIRES_SOON {
        "life-left near"
    } else {
        "life-left"
    };
    let shrinks = (left > 0).then({
        let width = width.clone();
        || {
            view! {
                <animate attributeName="width" from=width to="0" dur=seconds fill="freeze"/>
                <set attributeName="class" to="life-left near moving" begin=near/>
            }
        }
    });
    view! {
        <svg class="life" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            <rect class=[class, " still"].concat() width=width.clone() height="10"/>
            <rect class=[class, " moving"].concat() width=width height="10">
                {shrinks}
            </rect>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::bar;
    use leptos::prelude::*;

    #[test]
    fn the_bar_shows_the_remaining_lifetime_and_shrinks_with_it() {
        let half = bar(1_800, 3_600).to_html();
        assert!(half.contains(r#"width="500""#), "{half}");
        assert!(
            half.contains(r#"from="500""#) && half.contains(r#"dur="1800s""#),
            "{half}"
        );
        assert!(half.contains(r#"begin="1500s""#), "{half}");
        assert!(!half.contains("style="), "{half}");
    }

    #[test]
    fn the_bar_of_an_expired_token_is_empty_and_does_not_move() {
        let ended = bar(-60, 3_600).to_html();
        assert!(
            ended.contains(r#"width="0""#) && !ended.contains("<animate"),
            "{ended}"
        );
        // A token that was refreshed in the second in which it expired, and one with an absurd lifetime.
        for (left, whole) in [(0, 0), (60, 0), (i64::MAX, 1)] {
            let odd = bar(left, whole).to_html();
            assert!(odd.contains("<rect"), "{odd}");
        }
    }
}
