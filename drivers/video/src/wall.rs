//! From a camera's media time to wall time: when the server received a frame, with the network's jitter taken out.

use std::collections::VecDeque;

use shian_base::Instant;

/// Frames looked at; at 25 per second, five seconds.
const WINDOW: usize = 125;
/// The first seconds of a connection follow every improvement at once: a camera may begin with a burst of old frames.
const SETTLING_US: i64 = 3_000_000;
/// Later the estimate moves at most 500 millionths of the time that passed, as a camera's clock drifts.
const SLEW_PPM: i64 = 500;
/// An estimate further off than this is no drift; it is set anew.
const STEP_US: i64 = 1_000_000;
/// The server's own clock was set back by more than this: follow it.
const SET_BACK_US: i64 = 2_000_000;

/// The estimate for one connection. Delay only ever adds, so the smallest of the recent differences between receiving
/// and media time is the best one.
#[derive(Default)]
pub struct WallTime {
    differences: VecDeque<i64>,
    estimate: Option<i64>,
    began_us: i64,
    last_media_us: i64,
}

impl WallTime {
    /// The wall time of the frame at `media_us` that was received at `received`: never before `previous`, never after
    /// it was received.
    pub fn place(&mut self, media_us: i64, received: Instant, previous: Option<Instant>) -> Instant {
        let difference = received.micros().saturating_sub(media_us);
        if let Some(previous) = previous
            && previous.micros() - received.micros() > SET_BACK_US
        {
            *self = Self::default();
            self.begin(media_us, difference);
            return received;
        }
        if self.differences.len() == WINDOW {
            self.differences.pop_front();
        }
        self.differences.push_back(difference);
        let best = self.differences.iter().copied().min().unwrap_or(difference);
        let estimate = match self.estimate {
            None => {
                self.began_us = media_us;
                best
            }
            Some(old) if media_us - self.began_us < SETTLING_US => old.min(best),
            Some(old) if (best - old).abs() > STEP_US => best,
            Some(old) => {
                let passed = (media_us - self.last_media_us).max(0);
                let most = passed * SLEW_PPM / 1_000_000;
                old + (best - old).clamp(-most, most)
            }
        };
        self.estimate = Some(estimate);
        self.last_media_us = media_us;
        let wall = Instant::from_micros(media_us.saturating_add(estimate)).min(received);
        previous.map_or(wall, |previous| wall.max(previous))
    }

    fn begin(&mut self, media_us: i64, difference: i64) {
        self.differences.push_back(difference);
        self.estimate = Some(difference);
        self.began_us = media_us;
        self.last_media_us = media_us;
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    const START: i64 = 1_795_000_000_000_000;

    /// Feeds 25 frames a second; `delay` tells each frame's delay in µs and `drift` the camera's clock error in ppm.
    fn run(seconds: i64, drift: i64, mut delay: impl FnMut(i64) -> i64) -> Vec<(i64, i64)> {
        let mut wall = WallTime::default();
        let mut previous = None;
        (0..seconds * 25)
            .map(|i| {
                let truth = i * 40_000;
                let media = truth + truth * drift / 1_000_000;
                let placed = wall.place(media, Instant::from_micros(START + truth + delay(i)), previous);
                assert!(previous.is_none_or(|p| placed >= p), "wall time stepped back");
                previous = Some(placed);
                (truth, placed.micros() - START)
            })
            .collect()
    }

    #[test]
    fn jitter_is_taken_out() {
        let mut rng = StdRng::seed_from_u64(3);
        for (truth, placed) in run(60, 0, |_| rng.random_range(2_000..80_000)).into_iter().skip(100) {
            assert!((placed - truth).abs() < 12_000, "{truth} {placed}");
        }
    }

    #[test]
    fn a_drifting_camera_clock_is_followed_for_hours() {
        for drift in [-200, 200] {
            let (truth, placed) = *run(3 * 3600, drift, |_| 5_000).last().unwrap();
            assert!((placed - truth).abs() < 20_000, "off by {} µs at {drift} ppm", placed - truth);
        }
    }

    #[test]
    fn a_stalled_network_does_not_move_the_frames_it_held_up() {
        // For two seconds nothing arrives; then all of it at once.
        let held = |i: i64| if (250..300).contains(&i) { (300 - i) * 40_000 } else { 3_000 };
        for (truth, placed) in run(30, 0, held).into_iter().skip(100) {
            assert!((placed - truth).abs() < 10_000, "{truth} {placed}");
        }
    }

    #[test]
    fn a_burst_at_the_beginning_settles_at_once() {
        // The camera sends the last two seconds at once, then goes on in real time.
        let burst = |i: i64| if i < 50 { (50 - i) * 40_000 } else { 0 };
        for (truth, placed) in run(10, 0, burst).into_iter().skip(51) {
            assert!((placed - truth).abs() < 5_000, "{truth} {placed}");
        }
    }

    #[test]
    fn a_server_clock_that_was_set_back_is_followed() {
        let mut wall = WallTime::default();
        let before = wall.place(0, Instant::from_micros(START), None);
        let after = wall.place(40_000, Instant::from_micros(START - 3_600_000_000), Some(before));
        assert_eq!(after.micros(), START - 3_600_000_000);
    }
}
