//! What the platform asks of video and of vision; the drivers answer it.
//!
//! `Video` brings cameras in and hands out pictures; `Vision` looks at one picture.
//! When to look, what to make of it and whom to tell is the kitchens capability's business.

mod finding;
mod video;
mod vision;

pub use finding::{Elsewhere, Finding, FindingId, FindingModel, FindingRow, FoundBox, Precision, precision};
pub use video::{
    Camera, CameraId, CameraSource, CameraState, CameraStatus, Clip, Codec, CodedPicture, LiveEvent, LiveStream, MediaError,
    Video,
};
pub use vision::{Detection, Look, LookRequest, ModelInfo, Quality, Vision, VisionError};
