//! The status of a part of the page.

use leptos::prelude::*;

/// The status of a node of the tree, shown by a word and by its border.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Good,
    Waiting,
    Wrong,
}

impl Status {
    /// Returns the name for the stylesheet.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Waiting => "waiting",
            Self::Wrong => "wrong",
        }
    }

    /// Shows the status as `words`, after a sign.
    pub(super) fn label(self, words: &'static str) -> impl IntoView {
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
