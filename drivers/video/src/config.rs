//! The `[video]` table of the configuration.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How cameras are kept connected and how much of them is remembered. Every value has a default that suits a server
/// of 2 cores with some dozens of cameras.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct VideoConfig {
    /// Seconds of video kept in memory per camera, in whole groups of pictures. Clips are cut from it.
    pub ring_seconds: u32,
    /// Upper bound of that memory per camera in bytes; the oldest groups of pictures go first.
    pub ring_bytes_max: usize,
    /// How long reaching a camera and agreeing on a stream may take.
    pub connect_timeout_s: f64,
    /// Without a frame for so long the connection is given up (`no_data`).
    pub no_data_timeout_s: f64,
    /// Without a keyframe for so long the connection is given up (`no_keyframe`); at half of it the camera is degraded.
    pub no_keyframe_timeout_s: f64,
    /// A camera's clock may jump forward by so much, or back by two seconds; beyond, it is reconnected (`clock_jump`).
    pub clock_jump_max_s: f64,
    /// The shortest pause before trying again.
    pub backoff_min_s: f64,
    /// The longest pause before trying again.
    pub backoff_max_s: f64,
    /// A connection that held for so long begins its pauses anew from the shortest.
    pub settled_after_s: f64,
    /// At most so many connections are begun per second, so that a restart does not call on all cameras at once.
    pub connects_per_s: f64,
    /// Live viewers allowed per camera.
    pub viewers_max: usize,
    /// Events waiting in one viewer's own queue.
    pub viewer_queue: usize,
    /// A viewer further behind than this is moved on to the next keyframe.
    pub viewer_lag_max_s: f64,
    /// Viewers stay through an interruption of this length; after it they are told `camera.offline`.
    pub viewer_grace_s: f64,
}

impl Default for VideoConfig {
    fn default() -> Self {
        Self {
            ring_seconds: 30,
            ring_bytes_max: 32 << 20,
            connect_timeout_s: 10.0,
            no_data_timeout_s: 10.0,
            no_keyframe_timeout_s: 75.0,
            clock_jump_max_s: 10.0,
            backoff_min_s: 1.0,
            backoff_max_s: 60.0,
            settled_after_s: 60.0,
            connects_per_s: 20.0,
            viewers_max: 50,
            viewer_queue: 16,
            viewer_lag_max_s: 3.0,
            viewer_grace_s: 8.0,
        }
    }
}

/// A configured number of seconds as a duration; nonsense (negative, not a number) becomes zero.
pub fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_table_is_the_default_and_a_misspelt_key_is_named() {
        let config: VideoConfig = toml::from_str("").unwrap();
        assert_eq!(config.ring_seconds, 30);
        let config: VideoConfig = toml::from_str("ring_seconds = 60\nbackoff_max_s = 5.5").unwrap();
        assert_eq!((config.ring_seconds, config.backoff_max_s), (60, 5.5));
        let mistake = toml::from_str::<VideoConfig>("ring_second = 60").unwrap_err();
        assert!(mistake.to_string().contains("ring_second"), "{mistake}");
    }
}
