//! Frames and bits per second over the last five seconds.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

const WINDOW_US: i64 = 5_000_000;

/// Counted against the camera's own media time, so that a burst after a stall does not look like a fast camera.
#[derive(Default)]
pub struct Rate {
    frames: VecDeque<(i64, usize)>,
    bytes: usize,
    last: Option<Instant>,
}

impl Rate {
    pub fn frame(&mut self, media_us: i64, bytes: usize, now: Instant) {
        self.frames.push_back((media_us, bytes));
        self.bytes += bytes;
        self.last = Some(now);
        while let Some(&(at, size)) = self.frames.front()
            && (media_us - at > WINDOW_US || self.frames.len() > 2_000)
        {
            self.frames.pop_front();
            self.bytes -= size;
        }
    }

    /// A new connection counts from its own beginning.
    pub fn restart(&mut self) {
        *self = Self::default();
    }

    /// Frames per second and kbit/s; nothing when no frame came for the length of the window.
    pub fn read(&self, now: Instant) -> (f32, u32) {
        let (Some(first), Some(last), Some(received)) = (self.frames.front(), self.frames.back(), self.last) else {
            return (0.0, 0);
        };
        let span_us = last.0 - first.0;
        if span_us <= 0 || now.duration_since(received) > Duration::from_micros(WINDOW_US as u64) {
            return (0.0, 0);
        }
        let seconds = span_us as f64 / 1e6;
        // The span lies between n frames: n-1 intervals, and the last frame's bytes belong to the next interval.
        let fps = (self.frames.len() - 1) as f64 / seconds;
        let kbps = (self.bytes - last.1) as f64 * 8.0 / 1000.0 / seconds;
        (fps as f32, kbps.round() as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_steady_stream_is_measured_and_a_silent_one_is_zero() {
        let mut rate = Rate::default();
        for i in 0..1000 {
            // Received in one burst: only the media time tells the rate.
            rate.frame(i * 40_000, 5_000, Instant::now());
        }
        let (fps, kbps) = rate.read(Instant::now());
        assert!((fps - 25.0).abs() < 0.01 && kbps == 1000, "{fps} {kbps}");
        tokio::time::advance(Duration::from_secs(6)).await;
        assert_eq!(rate.read(Instant::now()), (0.0, 0));
    }
}
