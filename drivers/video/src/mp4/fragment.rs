//! The live form: an init segment, then one `moof`+`mdat` per frame.

use std::ops::Range;

use bytes::Bytes;

use super::Track;
use super::boxes::{Writer, mdia, mvhd, tkhd};

/// Sample flags (8.8.3.1): depends on nothing.
const KEY: u32 = 0x0200_0000;
/// Depends on others, is no sync sample.
const NOT_KEY: u32 = 0x0101_0000;

/// Everything a decoder must know before the first fragment.
pub fn init_segment(track: &Track<'_>) -> Bytes {
    let mut w = Writer(Vec::with_capacity(700 + track.sample_entry.len()));
    w.boxed(b"ftyp", |w| {
        w.bytes(b"iso6").u32(0).bytes(b"iso6isommp41");
    });
    w.boxed(b"moov", |w| {
        mvhd(w, track.timescale, 0, 0);
        w.boxed(b"trak", |w| {
            tkhd(w, track, 0, 0);
            mdia(w, track, 0, 0, |w| {
                for kind in [b"stts", b"stsc", b"stco"] {
                    w.full(kind, 0, 0, |w| {
                        w.u32(0);
                    });
                }
                w.full(b"stsz", 0, 0, |w| {
                    w.u32(0).u32(0);
                });
            });
        });
        w.boxed(b"mvex", |w| {
            w.full(b"trex", 0, 0, |w| {
                w.u32(1).u32(1).u32(0).u32(0).u32(0);
            });
        });
    });
    w.0.into()
}

/// One frame, ready to be wrapped.
pub struct FragmentSample<'a> {
    pub sequence: u32,
    /// Ticks since the stream began; decoding order, never steps back.
    pub decode_time: u64,
    /// The next frame's decode time less this one's, so that the timeline has neither holes nor overlaps.
    pub duration: u32,
    /// Presentation less decoding; other than 0 only with B-frames.
    pub composition_offset: i32,
    pub is_key: bool,
    /// Length-prefixed NAL units.
    pub data: &'a [u8],
}

/// A built fragment and where in it the frame's own bytes lie.
pub struct Fragment {
    pub bytes: Bytes,
    pub sample: Range<usize>,
}

/// Wraps one frame. This is the only copy made of it; every viewer and the ring share the result.
pub fn fragment(sample: &FragmentSample<'_>) -> Fragment {
    let mut w = Writer(Vec::with_capacity(128 + sample.data.len()));
    let mut data_offset_at = 0;
    w.boxed(b"moof", |w| {
        w.full(b"mfhd", 0, 0, |w| {
            w.u32(sample.sequence);
        });
        w.boxed(b"traf", |w| {
            // default-base-is-moof, which Media Source Extensions demand.
            w.full(b"tfhd", 0, 0x02_0000, |w| {
                w.u32(1);
            });
            w.full(b"tfdt", 1, 0, |w| {
                w.u64(sample.decode_time);
            });
            // Present: data offset, first sample's flags, duration, size, and the composition offset if there is one.
            let offset_flag = if sample.composition_offset == 0 { 0 } else { 0x800 };
            w.full(b"trun", 1, 0x001 | 0x004 | 0x100 | 0x200 | offset_flag, |w| {
                w.u32(1);
                data_offset_at = w.0.len();
                w.u32(0);
                w.u32(if sample.is_key { KEY } else { NOT_KEY });
                w.u32(sample.duration);
                w.u32(u32::try_from(sample.data.len()).unwrap_or(u32::MAX));
                if sample.composition_offset != 0 {
                    w.u32(sample.composition_offset.cast_unsigned());
                }
            });
        });
    });
    let start = w.0.len() + 8;
    w.0[data_offset_at..data_offset_at + 4].copy_from_slice(&u32::try_from(start).unwrap_or(u32::MAX).to_be_bytes());
    w.boxed(b"mdat", |w| {
        w.bytes(sample.data);
    });
    Fragment { sample: start..w.0.len(), bytes: w.0.into() }
}
