//! What parent and child say to each other: frames of a JSON head and raw bytes, both of limited length.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shian_media::{Detection, Quality};

use crate::decode::Encoding;
use crate::limits::Limits;
use crate::model::ModelPackage;

/// Enough for the widest list of detections and for several packages' labels.
pub const LONGEST_HEAD_BYTES: usize = 1 << 20;
/// A 4K keyframe at the highest bit rates in use stays far below.
pub const LONGEST_BODY_BYTES: usize = 16 << 20;

/// From the parent.
#[derive(Debug, Serialize, Deserialize)]
pub enum Order {
    /// The first frame, once.
    Begin { limits: Limits, onnxruntime: Vec<PathBuf>, ffmpeg: Option<PathBuf>, models: Vec<(PathBuf, ModelPackage)> },
    /// The body is the picture.
    Look { encoding: Encoding, detect: bool, jpeg_max_side: Option<u32> },
}

/// From the child.
#[derive(Debug, Serialize, Deserialize)]
pub enum Answer {
    Ready {
        runtime: String,
        runtime_title: String,
        /// The packages that loaded and passed their self-test, by id.
        models: Vec<String>,
        notes: Vec<String>,
    },
    /// The body is the JPEG, if one was asked for.
    Seen(Seen),
    Undecodable(String),
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Seen {
    pub width: u32,
    pub height: u32,
    pub quality: Quality,
    pub detections: Vec<Detection>,
    /// The package that looked.
    pub model: Option<String>,
    pub decode_micros: u64,
    pub infer_micros: u64,
}

pub fn write_frame(to: &mut impl Write, head: &impl Serialize, body: &[u8]) -> io::Result<()> {
    let head = serde_json::to_vec(head)?;
    if head.len() > LONGEST_HEAD_BYTES || body.len() > LONGEST_BODY_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the frame is too long"));
    }
    let mut lengths = [0u8; 8];
    lengths[..4].copy_from_slice(&(head.len() as u32).to_le_bytes());
    lengths[4..].copy_from_slice(&(body.len() as u32).to_le_bytes());
    to.write_all(&[lengths.as_slice(), &head].concat())?;
    to.write_all(body)?;
    to.flush()
}

/// Reads one frame. The lengths are checked before anything is allocated: the other side may be broken.
pub fn read_frame<H: DeserializeOwned>(from: &mut impl Read) -> io::Result<(H, Vec<u8>)> {
    let mut lengths = [0u8; 8];
    from.read_exact(&mut lengths)?;
    let [a, b, c, d, e, f, g, h] = lengths;
    let (head, body) = (u32::from_le_bytes([a, b, c, d]) as usize, u32::from_le_bytes([e, f, g, h]) as usize);
    if head > LONGEST_HEAD_BYTES || body > LONGEST_BODY_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the frame is too long"));
    }
    let mut bytes = vec![0; head];
    from.read_exact(&mut bytes)?;
    let head = serde_json::from_slice(&bytes)?;
    let mut bytes = vec![0; body];
    from.read_exact(&mut bytes)?;
    Ok((head, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_reads_back() {
        let mut pipe = Vec::new();
        write_frame(&mut pipe, &Answer::Undecodable("why".into()), b"body").unwrap();
        let (answer, body) = read_frame::<Answer>(&mut pipe.as_slice()).unwrap();
        assert!(matches!(answer, Answer::Undecodable(why) if why == "why"));
        assert_eq!(body, b"body");
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_anything_is_read() {
        for lengths in [[0xFF; 8], [2, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F]] {
            let error = read_frame::<Answer>(&mut lengths.as_slice()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        }
        assert!(write_frame(&mut Vec::new(), &"head", &vec![0; LONGEST_BODY_BYTES + 1]).is_err());
    }

    #[test]
    fn garbage_and_cut_off_frames_are_errors() {
        let mut pipe = Vec::new();
        write_frame(&mut pipe, &Answer::Undecodable("why".into()), b"body").unwrap();
        for length in 0..pipe.len() {
            assert!(read_frame::<Answer>(&mut &pipe[..length]).is_err());
        }
        assert!(read_frame::<Answer>(&mut b"\x03\0\0\0\0\0\0\0{!}".as_slice()).is_err());
    }
}
