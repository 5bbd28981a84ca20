//! How good something is.

use leptos::prelude::*;

/// How good a part of the drawing is: told by a word and by the line around it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Good,
    Waiting,
    Wrong,
}

impl State {
    /// For the style sheet.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Waiting => "waiting",
            Self::Wrong => "wrong",
        }
    }

    /// The state in words, with a sign before them.
    pub(super) fn said(self, words: &'static str) -> impl IntoView {
        let sign = match self {
            Self::Good => "✓",
            Self::Waiting => "○",
            Self::Wrong => "✗",
        };
        view! {
            <p class="state" data-state=self.name()>
                <span class="sign" aria-hidden="true">{sign}</span>
                " "
                {words}
            </p>
        }
    }
}
