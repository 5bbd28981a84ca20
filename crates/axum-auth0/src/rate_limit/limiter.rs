//! Counts the requests of clients: the generic cell rate algorithm of governor.

use std::{net::IpAddr, num::NonZeroU32, ops::Add, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, Reference},
    middleware::NoOpMiddleware,
    nanos::Nanos,
};
use tokio::time::Instant;

use super::{bounded_state::BoundedState, client_network::ClientNetwork};

/// A limit of requests per minute and client. A client that was idle for a minute may send all of them at once.
#[derive(Debug)]
pub(super) struct Limiter(
    RateLimiter<ClientNetwork, BoundedState, TokioClock, NoOpMiddleware<Time>>,
);

impl Limiter {
    pub(super) fn per_minute(requests: NonZeroU32) -> Self {
        let quota = Quota::per_minute(requests);
        Self(RateLimiter::new(quota, BoundedState::default(), TokioClock))
    }

    /// Counts a request of `client`. If it exceeds the limit, it is not counted, and the error is how long to wait.
    pub(super) fn check(&self, client: IpAddr) -> Result<(), Duration> {
        self.0
            .check_key(&ClientNetwork::from(client))
            .map_err(|not_until| not_until.wait_time_from(TokioClock.now()))
    }
}

/// The monotonic clock of tokio, which tests can pause.
#[derive(Clone, Copy, Debug)]
struct TokioClock;

impl Clock for TokioClock {
    type Instant = Time;

    fn now(&self) -> Time {
        Time(Instant::now())
    }
}

/// A time of [`TokioClock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Time(Instant);

impl Add<Nanos> for Time {
    type Output = Self;

    fn add(self, wait: Nanos) -> Self {
        Self(self.0 + Duration::from(wait))
    }
}

impl Reference for Time {
    fn duration_since(&self, earlier: Self) -> Nanos {
        self.0.saturating_duration_since(earlier.0).into()
    }

    fn saturating_sub(&self, duration: Nanos) -> Self {
        Self(self.0.checked_sub(duration.into()).unwrap_or(self.0))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use tokio::time::{advance, pause};

    use super::*;

    fn limiter(requests: u32) -> Limiter {
        Limiter::per_minute(NonZeroU32::new(requests).unwrap())
    }

    fn client(number: u32) -> IpAddr {
        Ipv4Addr::from(number).into()
    }

    #[tokio::test]
    async fn a_client_may_send_a_minute_of_requests_at_once_and_then_waits() {
        pause();
        let limiter = limiter(60);
        for _ in 0..60 {
            limiter.check(client(1)).unwrap();
        }
        assert_eq!(limiter.check(client(1)), Err(Duration::from_secs(1)));
        limiter.check(client(2)).unwrap();
        advance(Duration::from_millis(600)).await;
        assert_eq!(limiter.check(client(1)), Err(Duration::from_millis(400)));
        advance(Duration::from_millis(400)).await;
        limiter.check(client(1)).unwrap();
        assert!(limiter.check(client(1)).is_err());
        advance(Duration::from_hours(1)).await;
        for _ in 0..60 {
            limiter.check(client(1)).unwrap();
        }
        assert!(limiter.check(client(1)).is_err());
    }

    #[tokio::test]
    async fn a_million_addresses_take_bounded_memory() {
        pause();
        let limiter = limiter(2);
        for number in 0..1_000_000 {
            limiter.check(client(number)).unwrap();
        }
        for number in 0..1_000_000_u128 {
            let network = Ipv6Addr::from((0x2001 << 112) | (number << 64));
            limiter.check(network.into()).unwrap();
        }
        let networks = limiter.0.into_state_store().len();
        assert!(networks <= 100_000, "{networks}");
    }

    /// A client that is active during the flood keeps its count.
    #[tokio::test]
    async fn a_flood_of_addresses_does_not_reset_an_active_client() {
        pause();
        let limiter = limiter(1_000);
        let mut refused = 0;
        for number in 0..300_000 {
            limiter.check(client(1_000 + number)).unwrap();
            if number % 100 == 0 {
                refused += u32::from(limiter.check(client(1)).is_err());
            }
        }
        assert_eq!(refused, 2_000);
    }
}
