//! The boxes of ISO/IEC 14496-12 that both kinds of MP4 share.

use super::Track;

/// Seconds from 1904-01-01, where MP4 counts from, to 1970-01-01.
const MP4_EPOCH_SECONDS: i64 = 2_082_844_800;

/// A growing box; sizes are filled in when a box ends.
pub struct Writer(pub Vec<u8>);

impl Writer {
    pub fn u16(&mut self, value: u16) -> &mut Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }
    pub fn u32(&mut self, value: u32) -> &mut Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }
    pub fn u64(&mut self, value: u64) -> &mut Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }
    pub fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.0.extend_from_slice(value);
        self
    }
    pub fn zeros(&mut self, count: usize) -> &mut Self {
        self.0.resize(self.0.len() + count, 0);
        self
    }
    /// A box whose content `write` writes.
    pub fn boxed(&mut self, kind: &[u8; 4], write: impl FnOnce(&mut Self)) -> &mut Self {
        let start = self.0.len();
        self.u32(0).bytes(kind);
        write(self);
        let size = u32::try_from(self.0.len() - start).unwrap_or(u32::MAX);
        self.0[start..start + 4].copy_from_slice(&size.to_be_bytes());
        self
    }
    /// A box with version and flags.
    pub fn full(&mut self, kind: &[u8; 4], version: u8, flags: u32, write: impl FnOnce(&mut Self)) -> &mut Self {
        self.boxed(kind, |w| {
            w.u32(u32::from(version) << 24 | flags);
            write(w);
        })
    }
}

/// The time a file says it was made: seconds since 1904, from µs since 1970.
pub fn mp4_seconds(unix_micros: i64) -> u64 {
    u64::try_from(unix_micros.div_euclid(1_000_000) + MP4_EPOCH_SECONDS).unwrap_or(0)
}

pub fn mvhd(w: &mut Writer, timescale: u32, duration: u64, made: u64) {
    w.full(b"mvhd", 1, 0, |w| {
        w.u64(made).u64(made).u32(timescale).u64(duration);
        w.u32(0x0001_0000).u16(0x0100).u16(0).zeros(8);
        matrix(w);
        w.zeros(24).u32(2);
    });
}

pub fn tkhd(w: &mut Writer, track: &Track<'_>, duration: u64, made: u64) {
    // Enabled, in the movie, in the preview.
    w.full(b"tkhd", 1, 7, |w| {
        w.u64(made).u64(made).u32(1).u32(0).u64(duration).zeros(8).zeros(8);
        matrix(w);
        w.u32(track.width << 16).u32(track.height << 16);
    });
}

/// `mdia` up to and around its sample table, which `stbl` writes.
pub fn mdia(w: &mut Writer, track: &Track<'_>, duration: u64, made: u64, stbl: impl FnOnce(&mut Writer)) {
    w.boxed(b"mdia", |w| {
        w.full(b"mdhd", 1, 0, |w| {
            // 0x55c4 is the packed language code "und".
            w.u64(made).u64(made).u32(track.timescale).u64(duration).u16(0x55c4).u16(0);
        });
        w.full(b"hdlr", 0, 0, |w| {
            w.u32(0).bytes(b"vide").zeros(12).bytes(b"video\0");
        });
        w.boxed(b"minf", |w| {
            w.full(b"vmhd", 0, 1, |w| {
                w.zeros(8);
            });
            w.boxed(b"dinf", |w| {
                w.full(b"dref", 0, 0, |w| {
                    // Flag 1: the media is in this very file.
                    w.u32(1).full(b"url ", 0, 1, |_| {});
                });
            });
            w.boxed(b"stbl", |w| {
                w.full(b"stsd", 0, 0, |w| {
                    w.u32(1).bytes(track.sample_entry);
                });
                stbl(w);
            });
        });
    });
}

fn matrix(w: &mut Writer) {
    for value in [0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000] {
        w.u32(value);
    }
}
