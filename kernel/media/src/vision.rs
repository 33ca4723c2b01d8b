//! One look at one picture: decoded in a child process, judged for quality, searched for things.

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::CodedPicture;

/// What to do with a picture.
#[derive(Clone)]
pub struct LookRequest {
    pub picture: CodedPicture,
    /// A name for the stream, so that a stream whose pictures kill the decoder again and again is set aside.
    pub stream: String,
    /// Run the detectors; without it only decode, picture and quality.
    pub detect: bool,
    /// Longest side of the JPEG wanted; 0 for the picture's own size, None for no JPEG.
    pub jpeg_max_side: Option<u32>,
}

/// What one look saw.
#[derive(Clone, Debug)]
pub struct Look {
    pub jpeg: Option<Bytes>,
    pub width: u32,
    pub height: u32,
    pub quality: Quality,
    /// Empty when no model is installed.
    pub detections: Vec<Detection>,
    /// Which model looked, if one did (the package's id and version).
    pub model: Option<ModelInfo>,
    pub decode_micros: u64,
    pub infer_micros: u64,
}

/// Measures of the picture itself; no model is needed. The kitchens capability decides what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Mean luma, 0..255.
    pub mean: f32,
    /// Standard deviation of luma, 0..128: near 0 is one flat colour.
    pub deviation: f32,
    /// Mean gradient magnitude, 0..255: low is blurred or covered.
    pub sharpness: f32,
    /// A coarse grey thumbnail hash (64 bits, mean-threshold on 8×8) for telling a moved camera.
    pub hash: u64,
    /// FNV-1a over the decoded luma quantised to 4 bits at 64×36: equal on consecutive keyframes means frozen.
    pub fingerprint: u64,
}

/// A thing found, in fractions of the picture (0..1), origin top left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// The model's own class name, such as `person`, `cell phone`, `cat`.
    pub label: String,
    pub score: f32,
    pub x: f32,
    pub y: f32,
    pub w: f32,
    pub h: f32,
}

/// An installed model package.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    pub id: String,
    pub title: String,
    pub version: String,
    pub licence: String,
    pub sha256: String,
    /// `onnxruntime` or `rten`
    pub runtime: String,
    /// The package's default score threshold.
    pub threshold: f32,
    /// Class names it can find.
    pub labels: Vec<String>,
    /// scene code → labels that make it up, as declared by the package.
    pub scenes: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum VisionError {
    #[error("the picture cannot be decoded: {0}")]
    Undecodable(String),
    #[error("the decoder died or took too long on this picture")]
    Crashed,
    /// Pictures of this stream killed the decoder several times; it is looked at again after a while.
    #[error("this stream is set aside after repeated decoder crashes")]
    Quarantined,
    #[error("all workers are busy")]
    Busy,
}

#[async_trait]
pub trait Vision: Send + Sync {
    async fn look(&self, request: LookRequest) -> Result<Look, VisionError>;
    /// The model packages in use; empty means the screens say that no model is installed.
    fn models(&self) -> Vec<ModelInfo>;
}
