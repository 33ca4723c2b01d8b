//! A playable file out of what the ring holds.

use std::sync::Arc;

use shian_base::Instant;
use shian_media::Clip;

use crate::hub::TIMESCALE;
use crate::mp4::{FileSample, Track, progressive};
use crate::ring::{Frame, Ring};

/// The frames for a clip from `from` to `to`: from the keyframe at or before `from` up to the last frame before `to`.
pub fn select(ring: &Ring, from: Instant, to: Instant) -> Vec<Arc<Frame>> {
    let starts: Vec<Instant> = ring.groups().map(|g| g.frames[0].wall).collect();
    let first = starts.partition_point(|start| *start <= from).saturating_sub(1);
    ring.groups().skip(first).flat_map(|g| &g.frames).take_while(|f| f.wall < to).cloned().collect()
}

/// Cuts the file. A file has one set of parameters: where they changed within the span, the part that covers more of
/// it is taken. None when no frame lies within the span.
pub fn cut(frames: &[Arc<Frame>], from: Instant, to: Instant) -> Option<Clip> {
    let run = frames
        .chunk_by(|a, b| a.parameters == b.parameters)
        .filter(|run| ends(run) > from)
        .max_by_key(|run| ends(run).min(to).micros() - run[0].wall.max(from).micros())?;
    let first = run.first()?;

    let durations: Vec<u32> = run
        .iter()
        .enumerate()
        .map(|(i, frame)| match run.get(i + 1) {
            // Across an interruption the last picture stays, so that the file's time is the wall's.
            Some(next) if next.connection != frame.connection => {
                let ticks = (next.wall.micros() - frame.wall.micros()) * 9 / 100;
                u32::try_from(ticks).unwrap_or(0).max(frame.duration)
            }
            _ => frame.duration,
        })
        .collect();

    // With B-frames, showing starts later than decoding; the edit list takes that out again.
    let ahead = run.iter().map(|f| f.composition_offset).min().unwrap_or(0).min(0);
    let samples: Vec<FileSample> = run
        .iter()
        .zip(&durations)
        .map(|(frame, duration)| FileSample {
            duration: *duration,
            composition_offset: u32::try_from(i64::from(frame.composition_offset) - i64::from(ahead)).unwrap_or(0),
            is_key: frame.is_key,
            data: frame.nal_units(),
        })
        .collect();
    let mut decode = 0u64;
    let mut edit_start = u64::MAX;
    for sample in &samples {
        edit_start = edit_start.min(decode + u64::from(sample.composition_offset));
        decode += u64::from(sample.duration);
    }

    // A camera that begins with a burst of older frames has them all placed at the moment they came. Counted back
    // from the end, each is where it was taken.
    let to = ends(run);
    let length: i64 = durations.iter().map(|d| i64::from(*d) * 100 / 9).sum();
    let from = to.plus_micros(-length).min(first.wall);

    let parameters = &first.parameters;
    let track = Track {
        sample_entry: &parameters.sample_entry,
        timescale: TIMESCALE,
        width: parameters.width,
        height: parameters.height,
    };
    let mp4 = progressive(&track, &samples, u32::try_from(edit_start).unwrap_or(0), from.micros());
    Some(Clip { mp4, codec: parameters.codec, from, to })
}

fn ends(run: &[Arc<Frame>]) -> Instant {
    run.last().map_or(Instant::from_micros(i64::MIN), |frame| frame.end())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use re_mp4::Mp4;
    use shian_media::Codec;
    use tokio::time::Instant as Elapsed;

    use super::*;
    use crate::mp4::tests::avc1;
    use crate::ring::Parameters;

    const START: i64 = 1_795_000_000_000_000;

    fn at(seconds: f64) -> Instant {
        Instant::from_micros(START + (seconds * 1e6).round() as i64)
    }

    fn size(width: u32) -> Arc<Parameters> {
        Arc::new(Parameters {
            codec: Codec::H264,
            mime: String::new(),
            width,
            height: 360,
            sample_entry: avc1(),
            annex_b: Vec::new(),
            init: Bytes::new(),
        })
    }

    /// Ten frames a second, a keyframe every second.
    fn film(ring: &mut Ring, connection: u64, parameters: &Arc<Parameters>, from_s: u32, to_s: u32) {
        for i in from_s * 10..to_s * 10 {
            ring.push(Frame {
                sequence: u64::from(i),
                is_key: i % 10 == 0,
                parameters: parameters.clone(),
                connection,
                fragment: Bytes::from(vec![i as u8; 20]),
                sample: 8..20,
                duration: 9000,
                composition_offset: 0,
                wall: at(f64::from(i) / 10.0),
                received: Elapsed::now(),
            });
        }
    }

    fn clip(ring: &Ring, from: f64, to: f64) -> Option<Clip> {
        cut(&select(ring, at(from), at(to)), at(from), at(to))
    }

    #[test]
    fn it_begins_with_the_keyframe_before_and_ends_with_the_last_frame_within() {
        let mut ring = Ring::new(30, usize::MAX);
        film(&mut ring, 1, &size(640), 0, 20);
        let clip = clip(&ring, 5.5, 8.25).unwrap();
        assert_eq!((clip.from, clip.to), (at(5.0), at(8.3)));
    }

    #[test]
    fn outside_of_what_is_kept_there_is_none_and_partly_outside_there_is_a_part() {
        let mut ring = Ring::new(30, usize::MAX);
        assert!(clip(&ring, 0.0, 10.0).is_none());
        film(&mut ring, 1, &size(640), 10, 20);
        assert!(clip(&ring, 0.0, 10.0).is_none());
        assert!(clip(&ring, 20.0, 30.0).is_none());
        let early = clip(&ring, 5.0, 12.0).unwrap();
        assert_eq!((early.from, early.to), (at(10.0), at(12.0)));
        let late = clip(&ring, 18.5, 30.0).unwrap();
        assert_eq!((late.from, late.to), (at(18.0), at(20.0)));
    }

    #[test]
    fn an_interruption_keeps_its_length_in_the_film() {
        let mut ring = Ring::new(60, usize::MAX);
        film(&mut ring, 1, &size(640), 0, 5);
        film(&mut ring, 2, &size(640), 12, 20);
        let clip = clip(&ring, 3.0, 14.0).unwrap();
        assert_eq!((clip.from, clip.to), (at(3.0), at(14.0)));
        assert_eq!(Mp4::read_bytes(&clip.mp4).unwrap().moov.mvhd.duration, 11 * 90_000);
    }

    #[test]
    fn where_the_size_changed_the_longer_part_is_taken() {
        let mut ring = Ring::new(60, usize::MAX);
        film(&mut ring, 1, &size(640), 0, 5);
        film(&mut ring, 1, &size(1280), 5, 20);
        let first = clip(&ring, 1.0, 6.0).unwrap();
        assert_eq!((first.from, first.to), (at(1.0), at(5.0)));
        let second = clip(&ring, 4.0, 9.0).unwrap();
        assert_eq!((second.from, second.to), (at(5.0), at(9.0)));
    }
}
