//! What the administrator can set about cameras.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Every camera is looked at once in this many seconds.
    pub look_every_s: u64,
    /// Looks at the same time, as many as the vision driver has workers; 0 takes the cores less one.
    pub looks_at_once: usize,
    /// Longest side of the pictures on the wall, in pixels.
    pub still_max_side: u32,
    /// Length of an evidence clip before and after the finding.
    pub clip_before_s: i64,
    pub clip_after_s: i64,
    /// How long the same scene at the same camera stays one alert; none takes each scene's own setting.
    pub cool_down_s: Option<i64>,
    /// Live views at the same time, all cameras together; at most half of them strangers'.
    pub viewers_max: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            look_every_s: 10,
            looks_at_once: 0,
            still_max_side: 960,
            clip_before_s: 10,
            clip_after_s: 10,
            cool_down_s: None,
            viewers_max: 200,
        }
    }
}

impl Config {
    pub(crate) fn workers(&self) -> usize {
        match self.looks_at_once {
            0 => std::thread::available_parallelism().map_or(1, usize::from).saturating_sub(1).max(1),
            n => n,
        }
    }
}
