//! What a camera found, as the kitchens hand it to whoever reviews it.

use serde::{Deserialize, Serialize};
use shian_base::{Id, Instant};

use crate::CameraId;

/// The kind of thing a `FindingId` names.
pub enum FindingRow {}
pub type FindingId = Id<FindingRow>;

/// Something of another crate, by id only; cast to that crate's own type where it is used.
pub enum Elsewhere {}

/// One stretch of time in which a camera saw one scene, as it began.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Finding {
    pub id: FindingId,
    pub camera_id: CameraId,
    pub camera_name: String,
    /// Code and title of the zone the camera looks into.
    pub zone: String,
    pub zone_title: String,
    pub business_id: Id<Elsewhere>,
    pub business_name: String,
    /// The grid the business lies in.
    pub area_code: String,
    /// The scene's code; title, class and basis are in the law register.
    pub scene: String,
    /// When it was confirmed.
    pub at: Instant,
    /// The best score among the confirming pictures, 0..1; 1 for what is measured rather than recognised.
    pub score: f32,
    pub threshold: f32,
    /// `3/5`: seen in three of the last five pictures.
    pub confirmed: String,
    pub boxes: Vec<FoundBox>,
    /// Which model recognised it; none for scenes that are measured.
    pub model: Option<FindingModel>,
    /// The picture it was confirmed on, in full size, and a small one for lists.
    pub still_file_id: Option<Id<Elsewhere>>,
    pub thumb_file_id: Option<Id<Elsewhere>>,
    pub still_sha256: Option<String>,
    /// The same scene at the same camera within this time is one alert.
    pub cool_down_s: i64,
}

/// A thing in the picture, in fractions of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FoundBox {
    pub x: f32,
    pub y: f32,
    pub w: f32,
    pub h: f32,
    /// The model's own name for it.
    pub label: String,
    pub score: f32,
    /// Whether the finding is about this thing, not merely beside it.
    pub about: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FindingModel {
    pub id: String,
    pub title: String,
    pub version: String,
}

/// How often people found a scene's alerts to be right, with the 95 % interval that the number of reviews allows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Precision {
    /// Alerts judged valid.
    pub valid: i64,
    /// Alerts judged valid or false; those nobody could tell are not counted.
    pub reviewed: i64,
    /// Wilson score interval.
    pub low: f64,
    pub high: f64,
}

/// None before the first review: no figure is better than one without ground.
pub fn precision(valid: i64, reviewed: i64) -> Option<Precision> {
    if reviewed <= 0 || valid < 0 || valid > reviewed {
        return None;
    }
    /// The 97.5 % point of the normal distribution.
    const Z: f64 = 1.959_963_984_540_054;
    let (n, share) = (reviewed as f64, valid as f64 / reviewed as f64);
    let scale = 1.0 + Z * Z / n;
    let centre = (share + Z * Z / (2.0 * n)) / scale;
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt() / scale;
    let bounded = |value: f64| (value.clamp(0.0, 1.0) * 10_000.0).round() / 10_000.0;
    Some(Precision { valid, reviewed, low: bounded(centre - half), high: bounded(centre + half) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_wilsons() {
        // Newcombe 1998, table I: 81 of 263 and 15 of 148 and 0 of 20 and 1 of 29.
        for (valid, reviewed, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let interval = precision(valid, reviewed).unwrap();
            assert_eq!((interval.low, interval.high), (low, high), "{valid} of {reviewed}");
        }
    }

    #[test]
    fn nothing_reviewed_is_no_figure() {
        assert_eq!(precision(0, 0), None);
        assert_eq!(precision(3, 2), None);
    }
}
