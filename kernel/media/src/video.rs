//! Cameras: bring in, watch, take a picture, cut a clip.

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use shian_base::{Id, Instant};
use tokio::sync::mpsc;

/// The kind of thing a `CameraId` names.
pub enum Camera {}
pub type CameraId = Id<Camera>;

/// Where a camera is reached. The address may carry a user and a password and is never shown or logged.
#[derive(Clone)]
pub struct CameraSource {
    pub id: CameraId,
    /// `rtsp://user:pass@host:port/path`
    pub url: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    H264,
    H265,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CameraState {
    Connecting,
    Online,
    /// Frames come, but something is wrong: no keyframe for long, a clock that jumps, frames lost.
    Degraded,
    Offline,
}

/// What is known of a camera now.
#[derive(Clone, Debug)]
pub struct CameraStatus {
    pub state: CameraState,
    /// A stable code such as `refused`, `unauthorized`, `timeout`, `no_keyframe`, `reset`, `not_found`, `bad_sdp`,
    /// `unsupported_codec`; empty when online.
    pub reason: String,
    /// The technical sentence behind the reason; never contains the address's password.
    pub detail: String,
    pub since: Instant,
    pub codec: Option<Codec>,
    pub width: u32,
    pub height: u32,
    /// Measured over the last seconds.
    pub fps: f32,
    pub kbps: u32,
    pub last_frame_at: Option<Instant>,
    pub last_keyframe_at: Option<Instant>,
    pub reconnects: u64,
}

/// One picture with everything a decoder needs for it.
#[derive(Clone)]
pub struct CodedPicture {
    pub codec: Codec,
    /// Annex B bytes: parameter sets (SPS/PPS, VPS), a keyframe, and for a picture between keyframes every frame up to
    /// it. The last picture decoded is the one meant.
    pub annex_b: Bytes,
    pub width: u32,
    pub height: u32,
    /// When the server received it (smoothed).
    pub at: Instant,
    /// Counts the camera's frames, so that a reader knows whether this is a new one.
    pub sequence: u64,
}

/// What a viewer receives, in order. The first fragment after `Init` and after `Dropped` is a keyframe.
#[derive(Clone)]
pub enum LiveEvent {
    /// `mime` is the whole MIME type with codecs, for `MediaSource.isTypeSupported`.
    Init { mime: String, codec: Codec, width: u32, height: u32, segment: Bytes },
    /// One moof+mdat.
    Fragment(Bytes),
    /// The viewer was too slow; frames were skipped up to the next keyframe.
    Dropped,
    /// The stream ended; `code` is stable (`camera.offline`, `camera.removed`).
    End { code: &'static str, detail: String },
}

/// A bounded stream of live events; dropping it ends the view.
pub struct LiveStream {
    pub events: mpsc::Receiver<LiveEvent>,
}

/// A playable MP4 file cut at keyframes so that it covers the asked span where frames exist.
pub struct Clip {
    pub mp4: Bytes,
    pub codec: Codec,
    pub from: Instant,
    pub to: Instant,
}

#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    #[error("unknown camera")]
    Unknown,
    #[error("camera is offline: {reason}")]
    Offline { reason: String },
    #[error("no picture yet")]
    NoPicture,
    #[error("no frames are kept for that time")]
    NoFrames,
    #[error("the camera has as many viewers as are allowed")]
    TooManyViewers,
    #[error("{0}")]
    Address(String),
}

#[async_trait]
pub trait Video: Send + Sync {
    /// Begins to keep the camera connected, for ever, with back-off; the same source again changes nothing,
    /// another address reconnects. Fails only for an address that can never work.
    async fn watch(&self, source: CameraSource) -> Result<(), MediaError>;
    /// Ends watching; viewers are told `camera.removed`.
    async fn forget(&self, id: CameraId);
    fn status(&self, id: CameraId) -> Option<CameraStatus>;
    /// The newest keyframe, at once, from memory.
    fn keyframe(&self, id: CameraId) -> Option<CodedPicture>;
    /// The newest picture of all, at once, from memory. None when more than `most_frames` would have to be decoded for
    /// it, or when one of them was lost.
    fn newest(&self, id: CameraId, most_frames: usize) -> Option<CodedPicture>;
    /// Live view: begins with `Init` and the newest keyframe's group of pictures, at once, from memory.
    async fn live(&self, id: CameraId) -> Result<LiveStream, MediaError>;
    /// A clip from what memory holds (at least the last 30 s). The caller waits until `to` has passed.
    async fn clip(&self, id: CameraId, from: Instant, to: Instant) -> Result<Clip, MediaError>;
}
