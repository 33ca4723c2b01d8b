//! NAL units: what H.264 and H.265 frames are made of.

use bytes::Bytes;
use shian_media::Codec;

/// Parameter sets, then the NAL units of the length-prefixed frames with start codes instead of lengths.
pub fn annex_b(parameters: &[u8], frames: &[Bytes]) -> Bytes {
    let mut out = Vec::with_capacity(parameters.len() + frames.iter().map(Bytes::len).sum::<usize>());
    out.extend_from_slice(parameters);
    for nal in frames.iter().flat_map(|frame| nal_units(frame)) {
        out.extend_from_slice(&[0, 0, 0, 1]);
        out.extend_from_slice(nal);
    }
    out.into()
}

/// The NAL units of a length-prefixed frame; ends where a length does not fit.
pub fn nal_units(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = data;
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (nal, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        rest = after;
        Some(nal)
    })
}

/// Whether a frame holds a picture at all, and whether decoding can begin with it.
pub fn picture(codec: Codec, data: &[u8]) -> (bool, bool) {
    let mut has_picture = false;
    let mut is_key = true;
    for nal in nal_units(data) {
        let Some(&header) = nal.first() else { continue };
        let (coded, key) = match codec {
            // Slices are 1 to 5; 5 is the IDR's.
            Codec::H264 => ((1..=5).contains(&(header & 0x1f)), header & 0x1f == 5),
            // Slices are below 32; 16 to 23 are those of random access points.
            Codec::H265 => (header >> 1 & 0x3f < 32, (16..=23).contains(&(header >> 1 & 0x3f))),
        };
        has_picture |= coded;
        is_key &= !coded || key;
    }
    (has_picture, has_picture && is_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nal(kind: u8, bytes: usize) -> Vec<u8> {
        let mut out = (bytes as u32).to_be_bytes().to_vec();
        out.push(kind);
        out.resize(4 + bytes, 0xaa);
        out
    }

    #[test]
    fn broken_lengths_and_pictureless_frames_are_recognised() {
        assert_eq!(picture(Codec::H264, &[0, 0, 0, 9, 0x65]), (false, false));
        assert_eq!(picture(Codec::H264, &nal(0x06, 3)), (false, false));
        assert_eq!(picture(Codec::H264, &nal(0x65, 3)), (true, true));
        assert_eq!(picture(Codec::H264, &nal(0x41, 3)), (true, false));
        assert_eq!(picture(Codec::H265, &nal(19 << 1, 3)), (true, true));
        assert_eq!(picture(Codec::H265, &nal(1 << 1, 3)), (true, false));
    }
}
