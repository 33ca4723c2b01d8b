//! Streams whose pictures killed workers again and again, and the pictures themselves.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::warn;

use crate::model::sha256_hex;

pub struct Quarantine {
    after: u32,
    lasts: Duration,
    keep_in: Option<PathBuf>,
    streams: Mutex<HashMap<String, Record>>,
}

struct Record {
    strikes: u32,
    last: Instant,
}

/// Kept pictures: the newest, within both bounds.
const MOST_FILES: usize = 50;
const MOST_BYTES: u64 = 64 << 20;

impl Quarantine {
    pub fn new(after: u32, lasts: Duration, keep_in: Option<PathBuf>) -> Self {
        Self { after: after.max(1), lasts, keep_in, streams: Mutex::default() }
    }

    pub fn holds(&self, stream: &str) -> bool {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.get(stream).is_some_and(|r| r.strikes >= self.after && r.last.elapsed() < self.lasts)
    }

    /// The worker came through: what was before no longer counts.
    pub fn pass(&self, stream: &str) {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner).remove(stream);
    }

    /// The worker died or hung on this picture.
    pub fn strike(&self, stream: &str, picture: &[u8], extension: &str) {
        let strikes = {
            let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
            let lasts = self.lasts;
            streams.retain(|_, record| record.last.elapsed() < lasts);
            let record = streams.entry(stream.to_owned()).or_insert(Record { strikes: 0, last: Instant::now() });
            record.strikes += 1;
            record.last = Instant::now();
            record.strikes
        };
        warn!(stream, strikes, "a picture of stream {stream} killed its vision worker");
        if strikes == self.after {
            warn!(stream, "stream {stream} is set aside for {} s", self.lasts.as_secs());
        }
        if let Some(folder) = &self.keep_in
            && let Err(error) = keep(folder, picture, extension)
        {
            warn!("the picture could not be kept in {}: {error}", folder.display());
        }
    }
}

/// Named by its hash, so that the same picture is kept once and no stream name reaches the file system.
fn keep(folder: &Path, picture: &[u8], extension: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let name = format!("{}.{extension}", &sha256_hex(picture)[..32]);
    std::fs::write(folder.join(name), picture)?;

    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)?.flatten() {
        let meta = entry.metadata()?;
        if meta.is_file() {
            files.push((meta.modified()?, meta.len(), entry.path()));
        }
    }
    files.sort_by(|a, b| b.cmp(a));
    let mut bytes = 0;
    for (number, (_, length, path)) in files.into_iter().enumerate() {
        bytes += length;
        if number > 0 && (number >= MOST_FILES || bytes > MOST_BYTES) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_strikes_in_a_row_set_a_stream_aside_and_a_good_look_forgives() {
        let quarantine = Quarantine::new(3, Duration::from_secs(600), None);
        for _ in 0..2 {
            quarantine.strike("a", b"x", "h264");
        }
        quarantine.pass("a");
        for _ in 0..2 {
            quarantine.strike("a", b"x", "h264");
        }
        assert!(!quarantine.holds("a"));
        quarantine.strike("a", b"x", "h264");
        assert!(quarantine.holds("a") && !quarantine.holds("b"));
    }

    #[test]
    fn quarantine_ends() {
        let quarantine = Quarantine::new(1, Duration::ZERO, None);
        quarantine.strike("a", b"x", "h264");
        assert!(!quarantine.holds("a"));
    }

    #[test]
    fn kept_pictures_stay_within_their_bounds() {
        let folder = tempfile::tempdir().unwrap();
        let quarantine = Quarantine::new(3, Duration::from_secs(600), Some(folder.path().to_owned()));
        for number in 0..MOST_FILES as u32 + 20 {
            quarantine.strike("a/../b", &number.to_le_bytes(), "h264");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), MOST_FILES);
    }
}
