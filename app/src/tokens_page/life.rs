//! How much of a token's life is left: a bar that shrinks by itself.
//!
//! It is SVG that moves by its own attributes (SMIL), so it needs neither a script nor inline styles. Whoever wants less
//! motion gets a bar that stands still; the style sheet knows.

use super::moment::{moment, span};
use axum_auth0::CachedTokenOverview;
use leptos::prelude::*;

/// From then on, the bar is told to be at its end, in seconds.
const END_IS_NEAR: i64 = 300;

/// The bar, and the same in words.
pub(super) fn life(held: &CachedTokenOverview, now: i64) -> impl IntoView + use<> {
    let Some(end) = held.expires_at else {
        return view! { <p class="life-said">"Nobody said when it ends."</p> }.into_any();
    };
    let left = end - now;
    let said = if left > 0 {
        view! { "Expires in " {span(left)} ", at " {moment(end)} }.into_any()
    } else {
        view! { "Expired " {span(-left)} " ago; the next call gets a new one. It ended at " {moment(end)} }.into_any()
    };
    let bar = bar(left, end - held.obtained_at);
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
    let near = format!("{}s", (left - END_IS_NEAR).max(0));
    let class = if left <= END_IS_NEAR {
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
    fn the_bar_is_as_long_as_what_is_left_and_shrinks_as_fast() {
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
    fn the_bar_of_a_token_that_ended_is_empty_and_stands_still() {
        let ended = bar(-60, 3_600).to_html();
        assert!(
            ended.contains(r#"width="0""#) && !ended.contains("<animate"),
            "{ended}"
        );
        // A token that was renewed in the same second that it ended, or says nonsense.
        for (left, whole) in [(0, 0), (60, 0), (i64::MAX, 1)] {
            let odd = bar(left, whole).to_html();
            assert!(odd.contains("<rect"), "{odd}");
        }
    }
}
