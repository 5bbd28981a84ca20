//! The state of a part of the page.

use leptos::prelude::*;

/// The state of a node of the tree, shown by a word and by its border.
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

    /// The state in words, after a sign.
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
