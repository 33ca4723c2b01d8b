//! A clip: the coded pictures a camera sends round and round, read once and shared by all its viewers.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;

use crate::{
    annexb, mp4,
    packets::{self, Packet},
    parameters::{self, Picture},
};

/// How the pictures are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    H264,
    H265,
}

/// One coded picture.
#[derive(Debug, Clone)]
pub struct Frame {
    /// When it is sent, counted from the start of the clip (the order of decoding).
    pub at: Duration,
    /// When it is shown, minus `at`; not nought only where pictures are sent out of order (B pictures).
    pub shown_after: Duration,
    pub is_key: bool,
    /// The NAL units without start codes; key pictures are preceded by their parameter sets.
    pub nals: Vec<Bytes>,
    pub(crate) packets: Vec<Packet>,
}

/// The parameter sets announced in the session description.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParameterSets {
    /// H.265 only.
    pub vps: Option<Bytes>,
    pub sps: Bytes,
    pub pps: Bytes,
}

/// Coded pictures with their times; begins with a key picture and can be sent in a loop.
#[derive(Debug, Clone)]
pub struct Clip {
    pub codec: Codec,
    pub width: u32,
    pub height: u32,
    pub fps: f64,
    /// The length of one loop.
    pub duration: Duration,
    pub parameter_sets: ParameterSets,
    frames: Vec<Frame>,
}

/// A picture as a reader hands it in.
pub(crate) struct Sample {
    pub at: Duration,
    pub shown_after: Duration,
    pub nals: Vec<Bytes>,
}

impl Clip {
    /// Reads an Annex B file (`.h264`, `.264`, `.h265`, `.265`; taken at 25 pictures a second) or an `.mp4`.
    pub fn read(path: &Path) -> Result<Clip> {
        let bytes = Bytes::from(
            std::fs::read(path).with_context(|| format!("reading {}", path.display()))?,
        );
        let ending = path
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or_default()
            .to_ascii_lowercase();
        match ending.as_str() {
            "h264" | "264" => Clip::from_annexb(Codec::H264, &bytes, 25.0),
            "h265" | "265" | "hevc" => Clip::from_annexb(Codec::H265, &bytes, 25.0),
            "mp4" | "m4v" | "mov" => {
                let track = mp4::video_track(&bytes)?;
                Clip::new(
                    track.codec,
                    track.samples,
                    track.duration,
                    track.parameter_sets,
                )
            }
            other => bail!("no reader for files ending in \"{other}\""),
        }
        .with_context(|| format!("taking {} as a clip", path.display()))
    }

    /// Takes an Annex B byte stream of pictures that follow each other at an even pace.
    pub fn from_annexb(codec: Codec, bytes: &Bytes, fps: f64) -> Result<Clip> {
        ensure!(
            fps.is_finite() && fps > 0.0,
            "a pace of {fps} pictures a second is none"
        );
        let units = annexb::access_units(codec, &annexb::nals(bytes));
        let at = |n: usize| Duration::from_secs_f64(n as f64 / fps);
        let duration = at(units.len());
        let samples = units
            .into_iter()
            .enumerate()
            .map(|(n, nals)| Sample {
                at: at(n),
                shown_after: Duration::ZERO,
                nals,
            })
            .collect();
        Clip::new(codec, samples, duration, None)
    }

    /// Puts a clip together. Pictures before the first key picture are left out, parameter sets are put in front of
    /// every key picture that lacks them, and every picture is cut into packets.
    pub(crate) fn new(
        codec: Codec,
        samples: Vec<Sample>,
        duration: Duration,
        announced: Option<ParameterSets>,
    ) -> Result<Clip> {
        let sets = match announced {
            Some(sets) => sets,
            None => parameters::find(codec, samples.iter().flat_map(|s| &s.nals))
                .context("no parameter sets")?,
        };
        let Picture { width, height } = parameters::picture_size(codec, &sets.sps)?;
        let first_key = samples
            .iter()
            .position(|s| s.nals.iter().any(|n| annexb::is_key(codec, n)))
            .context("no key picture to begin with")?;
        let begin = samples[first_key].at;
        let mut frames = Vec::with_capacity(samples.len() - first_key);
        for sample in samples.into_iter().skip(first_key) {
            let is_key = sample.nals.iter().any(|n| annexb::is_key(codec, n));
            // Access unit delimiters are for byte streams; RTP marks the end of a picture itself.
            let mut nals: Vec<Bytes> = sample
                .nals
                .into_iter()
                .filter(|n| !annexb::is_delimiter(codec, n))
                .collect();
            if is_key && !nals.iter().any(|n| annexb::is_sps(codec, n)) {
                let in_front = sets.vps.iter().chain([&sets.sps, &sets.pps]).cloned();
                nals.splice(0..0, in_front);
            }
            let packets = packets::cut(codec, &nals);
            frames.push(Frame {
                at: sample.at - begin,
                shown_after: sample.shown_after,
                is_key,
                nals,
                packets,
            });
        }
        let duration = duration.saturating_sub(begin);
        let last = frames.last().map(|f| f.at).unwrap_or_default();
        ensure!(
            duration > last,
            "a clip of {duration:?} cannot hold a picture at {last:?}"
        );
        let fps = frames.len() as f64 / duration.as_secs_f64();
        Ok(Clip {
            codec,
            width,
            height,
            fps,
            duration,
            parameter_sets: sets,
            frames,
        })
    }

    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    pub fn into_shared(self) -> Arc<Clip> {
        Arc::new(self)
    }

    /// The picture that is on air at a point of the loop.
    pub(crate) fn frame_at(&self, point: Duration) -> usize {
        self.frames
            .partition_point(|f| f.at <= point)
            .saturating_sub(1)
    }

    /// The key picture at or before a picture.
    pub(crate) fn key_before(&self, frame: usize) -> usize {
        self.frames[..=frame]
            .iter()
            .rposition(|f| f.is_key)
            .unwrap_or(0)
    }

    /// When the next key picture after a point of the loop is due; the end of the loop counts as one.
    pub(crate) fn next_key_after(&self, point: Duration) -> Duration {
        self.frames
            .iter()
            .find(|f| f.is_key && f.at > point)
            .map_or(self.duration, |f| f.at)
    }
}
