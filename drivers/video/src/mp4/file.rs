//! The file form: an ordinary MP4 whose index comes first, so that it plays while it is still being fetched.

use bytes::Bytes;

use super::Track;
use super::boxes::{Writer, mdia, mp4_seconds, mvhd, tkhd};

pub struct FileSample {
    pub duration: u32,
    /// Presentation less decoding, never negative (see `edit_start`).
    pub composition_offset: u32,
    pub is_key: bool,
    pub data: Bytes,
}

/// Builds the whole file. `edit_start` is the presentation time at which showing begins: with B-frames decoding has
/// to run ahead. `made_at_micros` (µs since 1970) is the wall time of the first frame.
pub fn progressive(track: &Track<'_>, samples: &[FileSample], edit_start: u32, made_at_micros: i64) -> Bytes {
    let made = mp4_seconds(made_at_micros);
    let duration: u64 = samples.iter().map(|s| u64::from(s.duration)).sum();
    let media: usize = samples.iter().map(|s| s.data.len()).sum();
    let mut chunk_offset_at = 0;

    let mut w = Writer(Vec::with_capacity(1024 + track.sample_entry.len() + samples.len() * 20 + media));
    w.boxed(b"ftyp", |w| {
        w.bytes(b"isom").u32(0x200).bytes(b"isomiso2mp41");
    });
    w.boxed(b"moov", |w| {
        mvhd(w, track.timescale, duration, made);
        w.boxed(b"trak", |w| {
            tkhd(w, track, duration, made);
            if edit_start > 0 {
                w.boxed(b"edts", |w| {
                    w.full(b"elst", 1, 0, |w| {
                        w.u32(1).u64(duration).u64(u64::from(edit_start)).u32(0x0001_0000);
                    });
                });
            }
            mdia(w, track, duration, made, |w| {
                w.full(b"stts", 0, 0, |w| runs(w, samples.iter().map(|s| s.duration)));
                if samples.iter().any(|s| s.composition_offset != 0) {
                    w.full(b"ctts", 0, 0, |w| runs(w, samples.iter().map(|s| s.composition_offset)));
                }
                w.full(b"stss", 0, 0, |w| {
                    w.u32(samples.iter().filter(|s| s.is_key).count() as u32);
                    for (number, _) in (1u32..).zip(samples).filter(|(_, s)| s.is_key) {
                        w.u32(number);
                    }
                });
                // All samples lie in one chunk.
                w.full(b"stsc", 0, 0, |w| {
                    w.u32(1).u32(1).u32(samples.len() as u32).u32(1);
                });
                w.full(b"stsz", 0, 0, |w| {
                    w.u32(0).u32(samples.len() as u32);
                    for sample in samples {
                        w.u32(sample.data.len() as u32);
                    }
                });
                w.full(b"stco", 0, 0, |w| {
                    w.u32(1);
                    chunk_offset_at = w.0.len();
                    w.u32(0);
                });
            });
        });
    });
    let chunk = (w.0.len() + 8) as u32;
    w.0[chunk_offset_at..chunk_offset_at + 4].copy_from_slice(&chunk.to_be_bytes());
    w.boxed(b"mdat", |w| {
        for sample in samples {
            w.bytes(&sample.data);
        }
    });
    w.0.into()
}

/// Run-length pairs (count, value), as `stts` and `ctts` want them.
fn runs(w: &mut Writer, values: impl Iterator<Item = u32>) {
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for value in values {
        match pairs.last_mut() {
            Some((count, last)) if *last == value => *count += 1,
            _ => pairs.push((1, value)),
        }
    }
    w.u32(pairs.len() as u32);
    for (count, value) in pairs {
        w.u32(count).u32(value);
    }
}
