//! Reads from an H.264 sequence parameter set whether brightness uses the full range 0..255.
//!
//! The decoder leaves the video usability information aside, but black is 16 without the flag and 0 with it.

/// The flag of the first sequence parameter set in the Annex B bytes; false when it does not say.
pub fn is_full_range(annex_b: &[u8]) -> bool {
    nal_units(annex_b)
        .find(|nal| nal[0] & 0x1F == 7)
        .and_then(|nal| video_full_range(&without_escapes(&nal[1..])))
        .unwrap_or(false)
}

/// The NAL units, each with at least its header byte.
pub fn nal_units(annex_b: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = after_start_code(annex_b);
    std::iter::from_fn(move || {
        loop {
            let here = rest?;
            let next = here.windows(3).position(|w| w == [0, 0, 1]);
            rest = next.map(|at| &here[at + 3..]);
            let nal = next.map_or(here, |at| &here[..at]);
            if !nal.is_empty() {
                return Some(nal);
            }
        }
    })
}

fn after_start_code(bytes: &[u8]) -> Option<&[u8]> {
    bytes.windows(3).position(|w| w == [0, 0, 1]).map(|at| &bytes[at + 3..])
}

fn without_escapes(nal: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(nal.len());
    let mut zeros = 0;
    for &byte in nal {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        out.push(byte);
    }
    out
}

/// ITU-T H.264 clauses 7.3.2.1.1 and E.1.1, as far as `video_full_range_flag`.
fn video_full_range(sps: &[u8]) -> Option<bool> {
    let mut bits = Bits { bytes: sps, at: 0 };
    let profile = bits.take(8)?;
    bits.take(16)?;
    bits.ue()?;
    if [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135].contains(&profile) {
        let chroma_format = bits.ue()?;
        if chroma_format == 3 {
            bits.take(1)?;
        }
        bits.ue()?;
        bits.ue()?;
        bits.take(1)?;
        if bits.take(1)? == 1 {
            for list in 0..if chroma_format == 3 { 12 } else { 8 } {
                if bits.take(1)? == 1 {
                    bits.skip_scaling_list(if list < 6 { 16 } else { 64 })?;
                }
            }
        }
    }
    bits.ue()?;
    match bits.ue()? {
        0 => {
            bits.ue()?;
        }
        1 => {
            bits.take(1)?;
            bits.ue()?;
            bits.ue()?;
            for _ in 0..bits.ue()?.min(255) {
                bits.ue()?;
            }
        }
        _ => {}
    }
    bits.ue()?;
    bits.take(1)?;
    bits.ue()?;
    bits.ue()?;
    if bits.take(1)? == 0 {
        bits.take(1)?;
    }
    bits.take(1)?;
    if bits.take(1)? == 1 {
        for _ in 0..4 {
            bits.ue()?;
        }
    }
    if bits.take(1)? == 0 {
        return Some(false);
    }
    if bits.take(1)? == 1 && bits.take(8)? == 255 {
        bits.take(32)?;
    }
    if bits.take(1)? == 1 {
        bits.take(1)?;
    }
    if bits.take(1)? == 0 {
        return Some(false);
    }
    bits.take(3)?;
    Some(bits.take(1)? == 1)
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Option<u32> {
        let mut value = 0u32;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    /// Exp-Golomb; the signed kind has the same length, and its value is not needed here.
    fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.take(1)? == 0 {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1u32 << zeros) - 1 + self.take(zeros)?)
    }

    fn se(&mut self) -> Option<i32> {
        let code = i64::from(self.ue()?);
        Some(if code % 2 == 1 { (code + 1) / 2 } else { -code / 2 } as i32)
    }

    fn skip_scaling_list(&mut self, size: usize) -> Option<()> {
        let (mut last, mut next) = (8i32, 8i32);
        for _ in 0..size {
            if next != 0 {
                next = (last + self.se()?).rem_euclid(256);
            }
            last = if next == 0 { last } else { next };
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a baseline parameter set of 320×192 with the flag.
    fn parameter_set(full_range: Option<bool>) -> Vec<u8> {
        let mut bits = String::new();
        bits += "01000010";
        bits += "0000000000011110";
        bits += "1"; // parameter set 0
        bits += "1"; // frame number length
        bits += "011"; // order count type 2
        bits += "010"; // one reference
        bits += "0";
        bits += "000010100"; // 20 macroblocks wide
        bits += "0001100"; // 12 high
        bits += "1"; // frames only
        bits += "1";
        bits += "0"; // no cropping
        match full_range {
            None => bits += "0",
            Some(flag) => {
                bits += "1";
                bits += "0"; // no aspect ratio
                bits += "0"; // no overscan
                bits += "1101";
                bits += if flag { "1" } else { "0" };
            }
        }
        bits += "1";
        while !bits.len().is_multiple_of(8) {
            bits += "0";
        }
        let mut annex_b = vec![0, 0, 0, 1, 0x09, 0x10, 0, 0, 0, 1, 0x67];
        for byte in bits.as_bytes().chunks(8) {
            annex_b.push(u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap());
        }
        annex_b.extend_from_slice(&[0, 0, 1, 0x68, 0xCE]);
        annex_b
    }

    #[test]
    fn the_flag_is_found_and_its_absence_means_limited_range() {
        assert!(is_full_range(&parameter_set(Some(true))));
        assert!(!is_full_range(&parameter_set(Some(false))));
        assert!(!is_full_range(&parameter_set(None)));
        assert!(!is_full_range(b"no video at all"));
    }

    #[test]
    fn a_cut_off_parameter_set_is_no_panic() {
        let whole = parameter_set(Some(true));
        for length in 0..whole.len() {
            is_full_range(&whole[..length]);
        }
    }
}
