//! Limits retries, so that they do not multiply the load of a failing API.

use std::time::Duration;

use tower::retry::budget::{Budget as _, TpsBudget};

/// Retries as a fraction of calls, counted over ten seconds. One retry per second is always allowed, so that sites with
/// few users can retry.
const BUDGET_RATIO: f32 = 0.1;
const BUDGET_PER_SECOND: u32 = 1;
const BUDGET_WINDOW: Duration = Duration::from_secs(10);

/// Limits the retries of one API across all users.
#[derive(Debug)]
pub(crate) struct RetryBudget(TpsBudget);

impl Default for RetryBudget {
    fn default() -> Self {
        Self(TpsBudget::new(
            BUDGET_WINDOW,
            BUDGET_PER_SECOND,
            BUDGET_RATIO,
        ))
    }
}

impl RetryBudget {
    pub(crate) fn record_call(&self) {
        self.0.deposit();
    }

    pub(crate) fn allow_retry(&self) -> bool {
        self.0.withdraw()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_budget_allows_a_tenth_of_the_calls_and_one_retry_a_second() {
        let budget = RetryBudget::default();
        let spend = || (0..10_000).take_while(|_| budget.allow_retry()).count();
        assert_eq!(spend(), 10, "one a second, over ten seconds");
        for _ in 0..1_000 {
            budget.record_call();
        }
        assert_eq!(spend(), 100);
        assert_eq!(spend(), 0);
        tokio::time::advance(Duration::from_secs(21)).await;
        for _ in 0..20 {
            tokio::time::advance(Duration::from_secs(1)).await;
            budget.allow_retry();
        }
        assert!(
            (0..10).contains(&spend()),
            "it fills up again, and no further"
        );
    }
}
