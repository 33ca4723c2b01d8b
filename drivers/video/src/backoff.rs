//! How long to wait before calling on a camera again.

use std::time::Duration;

use rand::Rng;

/// Decorrelated jitter: each pause is drawn between the shortest and three times the last one, so that cameras that
/// failed together do not come back together.
pub struct Backoff {
    min: Duration,
    max: Duration,
    last: Duration,
}

impl Backoff {
    pub fn new(min: Duration, max: Duration) -> Self {
        Self { min, max: max.max(min), last: min }
    }

    pub fn next(&mut self, rng: &mut impl Rng) -> Duration {
        let upper = (self.last * 3).clamp(self.min, self.max);
        self.last = if upper > self.min { rng.random_range(self.min..=upper) } else { self.min };
        self.last
    }

    /// The connection held: the next pause is short again.
    pub fn settled(&mut self) {
        self.last = self.min;
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn pauses_stay_within_their_bounds_grow_and_differ_between_cameras() {
        let (min, max) = (Duration::from_secs(1), Duration::from_secs(60));
        let pauses = |seed| {
            let mut rng = StdRng::seed_from_u64(seed);
            let mut backoff = Backoff::new(min, max);
            (0..200).map(|_| backoff.next(&mut rng)).collect::<Vec<_>>()
        };
        let (one, other) = (pauses(1), pauses(2));
        assert!(one.iter().all(|p| (min..=max).contains(p)));
        assert!(one[0] <= min * 3, "the first pause is short");
        assert!(one.iter().max().unwrap() > &(max / 2), "pauses grow");
        assert_ne!(one, other);
    }

    #[test]
    fn after_a_settled_connection_the_pause_is_short_again() {
        let mut rng = StdRng::seed_from_u64(7);
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
        for _ in 0..50 {
            backoff.next(&mut rng);
        }
        backoff.settled();
        assert!(backoff.next(&mut rng) <= Duration::from_secs(3));
    }

    #[test]
    fn equal_or_swapped_bounds_do_not_panic() {
        let mut rng = StdRng::seed_from_u64(7);
        let mut backoff = Backoff::new(Duration::from_secs(5), Duration::from_secs(1));
        assert_eq!(backoff.next(&mut rng), Duration::from_secs(5));
        assert_eq!(Backoff::new(Duration::ZERO, Duration::ZERO).next(&mut rng), Duration::ZERO);
    }
}
