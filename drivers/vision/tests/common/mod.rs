//! Pictures for the tests: drawn and encoded here, or taken from the shared third-party samples where they are.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod films;

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use rusty_h264::{Encoder, EncoderConfig, YuvFrame};
use shian_base::Instant;
use shian_media::{Codec, CodedPicture, LookRequest};
use shian_vision::{ChildVision, VisionConfig};

pub fn config() -> VisionConfig {
    let mut config = VisionConfig::new(vec![env!("CARGO_BIN_EXE_shian-vision-worker").into()]);
    config.workers = 1;
    config.ffmpeg = None;
    config.worker_env = vec![("SHIAN_VISION_MISBEHAVE".into(), "1".into())];
    config
}

pub fn start() -> Arc<ChildVision> {
    ChildVision::start(config())
}

pub fn ask(stream: &str, codec: Codec, annex_b: impl Into<Bytes>) -> LookRequest {
    let picture =
        CodedPicture { codec, annex_b: annex_b.into(), width: 0, height: 0, at: Instant::from_micros(0), sequence: 0 };
    LookRequest { picture, stream: stream.into(), detect: true, jpeg_max_side: None }
}

/// A keyframe of the drawn picture.
pub fn drawn(width: usize, height: usize, luma: impl Fn(usize, usize) -> u8) -> Vec<u8> {
    let mut frame = YuvFrame::black(width, height);
    for (at, sample) in frame.y.iter_mut().enumerate() {
        *sample = luma(at % width, at / width);
    }
    let mut encoder = Encoder::new(EncoderConfig::new(width, height)).expect("the size is possible");
    let mut annex_b = encoder.encode(&frame);
    annex_b.extend(encoder.flush());
    annex_b
}

/// Repeatable noise.
pub fn noise(x: usize, y: usize) -> u8 {
    let mut v = (x as u32).wrapping_mul(0x9E37_79B1) ^ (y as u32).wrapping_mul(0x85EB_CA77);
    v ^= v >> 15;
    v = v.wrapping_mul(0x2C1B_3C6D);
    (v >> 16) as u8
}

/// Third-party material; None, with a line in the output, where it is not.
pub fn shared(path: &str) -> Option<PathBuf> {
    let path = films::shared_root().join("thirdparty").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not here", path.display());
    None
}

/// The ONNX Runtime library that the environment names.
pub fn onnxruntime() -> Option<PathBuf> {
    std::env::var_os("ORT_DYLIB_PATH").map(PathBuf::from).filter(|path| path.is_file())
}
