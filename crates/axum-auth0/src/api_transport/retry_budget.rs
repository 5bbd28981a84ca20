//! How many requests beyond its calls an API may get.

use std::time::Duration;

use tower::retry::budget::{Budget as _, TpsBudget};

/// An API may be asked this much more than it is called, counted over ten seconds; and once a second in any case, or a site
/// with few visitors would never repeat anything.
const BUDGET_SHARE: f32 = 0.1;
const BUDGET_PER_SECOND: u32 = 1;
const BUDGET_WINDOW: Duration = Duration::from_secs(10);

/// How many more requests an API may get than calls are made: shared by everybody who calls it.
#[derive(Debug)]
pub(crate) struct RetryBudget(TpsBudget);

impl Default for RetryBudget {
    fn default() -> Self {
        Self(TpsBudget::new(
            BUDGET_WINDOW,
            BUDGET_PER_SECOND,
            BUDGET_SHARE,
        ))
    }
}

impl RetryBudget {
    pub(crate) fn note_call(&self) {
        self.0.deposit();
    }

    pub(crate) fn allows_repeat(&self) -> bool {
        self.0.withdraw()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_budget_allows_a_tenth_beside_its_reserve() {
        let budget = RetryBudget::default();
        let spend = || (0..10_000).take_while(|_| budget.allows_repeat()).count();
        assert_eq!(spend(), 10, "one a second, over ten seconds");
        for _ in 0..1_000 {
            budget.note_call();
        }
        assert_eq!(spend(), 100);
        assert_eq!(spend(), 0);
        tokio::time::advance(Duration::from_secs(21)).await;
        for _ in 0..20 {
            tokio::time::advance(Duration::from_secs(1)).await;
            budget.allows_repeat();
        }
        assert!(
            (0..10).contains(&spend()),
            "it fills up again, and no further"
        );
    }
}
