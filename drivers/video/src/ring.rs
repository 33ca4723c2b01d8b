//! The last groups of pictures of one camera, whole, within bounds of time and bytes.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use shian_base::Instant;
use shian_media::Codec;
use tokio::time::Instant as Elapsed;

/// What a decoder must know; frames under the same parameters share one.
#[derive(PartialEq, Eq)]
pub struct Parameters {
    pub codec: Codec,
    /// `video/mp4; codecs="…"`
    pub mime: String,
    pub width: u32,
    pub height: u32,
    /// The `avc1` or `hvc1` box.
    pub sample_entry: Vec<u8>,
    /// SPS and PPS, before them the VPS, each after a start code.
    pub annex_b: Vec<u8>,
    /// The live stream's init segment.
    pub init: Bytes,
}

/// One frame as it is kept: wrapped once, shared by the ring and every viewer.
pub struct Frame {
    pub sequence: u64,
    pub is_key: bool,
    pub parameters: Arc<Parameters>,
    /// Counts the camera's connections.
    pub connection: u64,
    /// `moof` and `mdat`.
    pub fragment: Bytes,
    /// Where in `fragment` the NAL units lie.
    pub sample: Range<usize>,
    /// 1/90 000 s.
    pub duration: u32,
    pub composition_offset: i32,
    pub wall: Instant,
    pub received: Elapsed,
}

impl Frame {
    /// The length-prefixed NAL units.
    pub fn nal_units(&self) -> Bytes {
        self.fragment.slice(self.sample.clone())
    }
    /// When the next frame begins.
    pub fn end(&self) -> Instant {
        self.wall.plus_micros(i64::from(self.duration) * 100 / 9)
    }
}

/// Frames from one keyframe up to the next.
pub struct Group {
    pub frames: Vec<Arc<Frame>>,
    bytes: usize,
}

impl Group {
    fn first(&self) -> &Arc<Frame> {
        &self.frames[0]
    }
}

pub struct Ring {
    groups: VecDeque<Group>,
    bytes: usize,
    seconds: u32,
    bytes_max: usize,
}

impl Ring {
    pub fn new(seconds: u32, bytes_max: usize) -> Self {
        Self { groups: VecDeque::new(), bytes: 0, seconds, bytes_max }
    }

    /// Takes a frame in; a keyframe begins a new group. False when the running group alone exceeds the bound and was
    /// dropped: frames are of no use then until the next keyframe.
    pub fn push(&mut self, frame: Frame) -> bool {
        let bytes = frame.fragment.len();
        let newest = frame.wall;
        let frame = Arc::new(frame);
        match self.groups.back_mut() {
            Some(group) if !frame.is_key => {
                group.frames.push(frame);
                group.bytes += bytes;
            }
            None if !frame.is_key => return false,
            _ => self.groups.push_back(Group { frames: vec![frame], bytes }),
        }
        self.bytes += bytes;
        let keep_from = newest.plus_seconds(-i64::from(self.seconds));
        // The first group may go once the second alone reaches back far enough.
        while self.bytes > self.bytes_max || self.groups.get(1).is_some_and(|g| g.first().wall <= keep_from) {
            let Some(group) = self.groups.pop_front() else { break };
            self.bytes -= group.bytes;
        }
        !self.groups.is_empty()
    }

    pub fn clear(&mut self) {
        self.groups.clear();
        self.bytes = 0;
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter()
    }

    /// The newest keyframe that is kept.
    pub fn newest_key(&self) -> Option<&Arc<Frame>> {
        self.groups.back().map(Group::first)
    }

    /// The first kept frame numbered `sequence` or later.
    pub fn at(&self, sequence: u64) -> Option<&Arc<Frame>> {
        let group = self.groups.partition_point(|g| g.first().sequence <= sequence).saturating_sub(1);
        let within = |group: &Group| group.frames.partition_point(|f| f.sequence < sequence);
        self.groups.range(group.min(self.groups.len())..).find_map(|group| group.frames.get(within(group)))
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn parameters() -> Arc<Parameters> {
        Arc::new(Parameters {
            codec: Codec::H264,
            mime: "video/mp4; codecs=\"avc1.64001f\"".into(),
            width: 640,
            height: 360,
            sample_entry: vec![0; 100],
            annex_b: vec![0, 0, 0, 1, 0x67],
            init: Bytes::from_static(b"init"),
        })
    }

    fn frame(sequence: u64, is_key: bool, at_ms: i64, bytes: usize) -> Frame {
        Frame {
            sequence,
            is_key,
            parameters: parameters(),
            connection: 1,
            fragment: Bytes::from(vec![0; bytes]),
            sample: 0..bytes,
            duration: 3600,
            composition_offset: 0,
            wall: Instant::from_micros(1_795_000_000_000_000 + at_ms * 1000),
            received: Elapsed::now(),
        }
    }

    #[test]
    fn at_least_the_asked_seconds_are_kept_in_whole_groups() {
        let mut ring = Ring::new(30, usize::MAX);
        for i in 0..25 * 120 {
            assert!(ring.push(frame(i, i % 50 == 0, i as i64 * 40, 10)));
            let first = ring.groups().next().unwrap().first();
            assert!(first.is_key);
            let held = (i as i64 * 40 * 1000 + 1_795_000_000_000_000 - first.wall.micros()) / 1_000_000;
            assert!(held <= 34 && (i < 800 || held >= 30), "{held} s at frame {i}");
        }
    }

    #[test]
    fn the_byte_bound_drops_the_oldest_groups_first_and_a_giant_group_as_a_whole() {
        let mut ring = Ring::new(30, 1000);
        for i in 0..100 {
            assert!(ring.push(frame(i, i % 5 == 0, i as i64 * 40, 50)));
            assert!(ring.bytes() <= 1000);
        }
        assert_eq!(ring.newest_key().unwrap().sequence, 95);
        let kept = (100..120).take_while(|i| ring.push(frame(*i, false, *i as i64 * 40, 200))).count();
        assert!(kept < 20 && ring.bytes() == 0 && ring.newest_key().is_none());
        assert!(!ring.push(frame(120, false, 5_000, 10)), "no frame is kept without its keyframe");
        assert!(ring.push(frame(121, true, 5_040, 10)));
    }

    #[test]
    fn a_frame_is_found_by_its_number_and_a_dropped_one_gives_the_next() {
        let mut ring = Ring::new(30, 1000);
        assert!(ring.at(0).is_none());
        for i in 0..40 {
            ring.push(frame(i, i % 5 == 0, i as i64 * 40, 50));
        }
        let first = ring.groups().next().unwrap().first().sequence;
        assert_eq!(ring.at(0).unwrap().sequence, first);
        for i in first..40 {
            assert_eq!(ring.at(i).unwrap().sequence, i);
        }
        assert!(ring.at(40).is_none());
    }
}
