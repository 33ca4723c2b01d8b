//! Decoding times for frames that carry presentation times only.

/// RTP tells when a frame is shown; MP4 also wants when it is decoded. Without B-frames the two are one. With them,
/// the decode time is the (depth+1)-th largest presentation time so far, and the depth is learnt as it shows itself.
#[derive(Default)]
pub struct DecodeTimes {
    /// The largest presentation times seen, ascending.
    largest: Vec<i64>,
    depth: usize,
    last: Option<i64>,
}

/// H.264 and H.265 allow no deeper reordering.
const DEPTH_MAX: usize = 16;

impl DecodeTimes {
    /// The decode time of the frame shown at `shown`; strictly later than the one before. `interval` is the usual
    /// distance of two frames, for the beginning.
    pub fn next(&mut self, shown: i64, interval: i64) -> i64 {
        let at = self.largest.partition_point(|t| *t <= shown);
        self.largest.insert(at, shown);
        if self.largest.len() > DEPTH_MAX + 1 {
            self.largest.remove(0);
        }
        let mut candidate = self.candidate(interval);
        while candidate > shown && self.depth < DEPTH_MAX {
            self.depth += 1;
            candidate = self.candidate(interval);
        }
        let time = self.last.map_or(candidate, |last| candidate.max(last + 1));
        self.last = Some(time);
        time
    }

    fn candidate(&self, interval: i64) -> i64 {
        match self.largest.len().checked_sub(self.depth + 1) {
            Some(index) => self.largest[index],
            None => {
                let missing = (self.depth + 1 - self.largest.len()) as i64;
                self.largest.first().copied().unwrap_or(0) - missing * interval
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(shown: &[i64]) -> Vec<i64> {
        let mut decode = DecodeTimes::default();
        shown.iter().map(|s| decode.next(*s, 10)).collect()
    }

    #[test]
    fn without_b_frames_decoding_and_showing_are_one() {
        assert_eq!(times(&[100, 110, 120, 135]), [100, 110, 120, 135]);
    }

    #[test]
    fn with_b_frames_decoding_always_advances_and_soon_never_comes_after_showing() {
        // I B B P order of decoding: I P B B P B B …
        let shown: Vec<i64> = (0..20).flat_map(|i| [i * 30 + 30, i * 30 + 10, i * 30 + 20]).collect();
        let decoded = times(&shown);
        assert!(decoded.windows(2).all(|w| w[0] < w[1]));
        assert!(decoded.iter().zip(&shown).skip(3).all(|(d, s)| d <= s), "{decoded:?} {shown:?}");
        assert!(decoded.windows(2).skip(6).all(|w| w[1] - w[0] == 10), "{decoded:?}");
    }

    #[test]
    fn equal_times_still_advance() {
        assert_eq!(times(&[5, 5, 5]), [5, 6, 7]);
    }
}
