//! MP4: the init segment and one fragment per frame for live view, and whole files for clips.

mod boxes;
mod file;
mod fragment;

pub use file::{FileSample, progressive};
pub use fragment::{FragmentSample, fragment, init_segment};

/// What a track says of itself; the same words in a live stream and in a file.
#[derive(Clone, Copy)]
pub struct Track<'a> {
    /// The whole `avc1` or `hvc1` box, with its `avcC` or `hvcC`.
    pub sample_entry: &'a [u8],
    /// Ticks per second of every time in the track.
    pub timescale: u32,
    pub width: u32,
    pub height: u32,
}

#[cfg(test)]
pub mod tests;
