//! Cuts an Annex B byte stream into NAL units and these into pictures.

use bytes::Bytes;

use crate::Codec;

/// The NAL units of a byte stream, without start codes and without the zero bytes that may follow.
pub(crate) fn nals(stream: &Bytes) -> Vec<Bytes> {
    let mut starts = Vec::new();
    let mut at = 0;
    while at + 3 <= stream.len() {
        // Most bytes are not zero; looking at the third first skips three at a time.
        if stream[at + 2] > 1 {
            at += 3;
        } else if stream[at] == 0 && stream[at + 1] == 0 && stream[at + 2] == 1 {
            starts.push(at + 3);
            at += 3;
        } else {
            at += 1;
        }
    }
    let mut found = Vec::with_capacity(starts.len());
    for (n, &start) in starts.iter().enumerate() {
        let mut end = starts.get(n + 1).map_or(stream.len(), |next| next - 3);
        while end > start && stream[end - 1] == 0 {
            end -= 1;
        }
        if end > start {
            found.push(stream.slice(start..end));
        }
    }
    found
}

/// Groups NAL units into pictures: a new one begins with a first slice, or with what may only precede one.
pub(crate) fn access_units(codec: Codec, nals: &[Bytes]) -> Vec<Vec<Bytes>> {
    let mut units: Vec<Vec<Bytes>> = Vec::new();
    let mut has_slice = true;
    for nal in nals {
        let slice = is_slice(codec, nal);
        let begins = has_slice
            && (if slice {
                is_first_slice(codec, nal)
            } else {
                precedes_picture(codec, nal)
            });
        if begins || units.is_empty() {
            units.push(Vec::new());
            has_slice = false;
        }
        has_slice |= slice;
        if let Some(unit) = units.last_mut() {
            unit.push(nal.clone());
        }
    }
    units.retain(|unit| unit.iter().any(|n| is_slice(codec, n)));
    units
}

fn kind(codec: Codec, nal: &[u8]) -> u8 {
    let first = nal.first().copied().unwrap_or(0);
    match codec {
        Codec::H264 => first & 0x1f,
        Codec::H265 => (first >> 1) & 0x3f,
    }
}

fn is_slice(codec: Codec, nal: &[u8]) -> bool {
    let kind = kind(codec, nal);
    match codec {
        Codec::H264 => (1..=5).contains(&kind),
        Codec::H265 => kind < 32,
    }
}

/// `first_mb_in_slice` is nought (H.264) or `first_slice_segment_in_pic_flag` is set (H.265): the bit after the header.
fn is_first_slice(codec: Codec, nal: &[u8]) -> bool {
    let after_header = match codec {
        Codec::H264 => 1,
        Codec::H265 => 2,
    };
    nal.get(after_header).is_some_and(|byte| byte & 0x80 != 0)
}

/// Delimiters, parameter sets and prefix SEI (H.264 clause 7.4.1.2.3, H.265 clause 7.4.2.4.4).
fn precedes_picture(codec: Codec, nal: &[u8]) -> bool {
    let kind = kind(codec, nal);
    match codec {
        Codec::H264 => (6..=9).contains(&kind) || (14..=18).contains(&kind),
        Codec::H265 => (32..=35).contains(&kind) || kind == 39,
    }
}

pub(crate) fn is_key(codec: Codec, nal: &[u8]) -> bool {
    match codec {
        Codec::H264 => kind(codec, nal) == 5,
        Codec::H265 => (16..=21).contains(&kind(codec, nal)),
    }
}

pub(crate) fn is_delimiter(codec: Codec, nal: &[u8]) -> bool {
    kind(codec, nal) == if codec == Codec::H264 { 9 } else { 35 }
}

pub(crate) fn is_sps(codec: Codec, nal: &[u8]) -> bool {
    kind(codec, nal) == if codec == Codec::H264 { 7 } else { 33 }
}

pub(crate) fn is_pps(codec: Codec, nal: &[u8]) -> bool {
    kind(codec, nal) == if codec == Codec::H264 { 8 } else { 34 }
}

pub(crate) fn is_vps(codec: Codec, nal: &[u8]) -> bool {
    codec == Codec::H265 && kind(codec, nal) == 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_codes_of_both_lengths_and_trailing_zeros_are_not_part_of_a_unit() {
        let stream = Bytes::from_static(&[
            0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 0, 0, 1, 0x65, 0x88, 0, 0,
        ]);
        assert_eq!(
            nals(&stream),
            [&[0x67, 1, 2][..], &[0x68, 3], &[0x65, 0x88]]
        );
    }

    #[test]
    fn a_picture_of_two_slices_is_one_access_unit() {
        let nal = |b: &'static [u8]| Bytes::from_static(b);
        let all = [
            nal(&[0x67]),
            nal(&[0x68]),
            nal(&[0x65, 0x80]),
            nal(&[0x65, 0x40]),
            nal(&[0x41, 0x80]),
            nal(&[6, 1]),
            nal(&[0x41, 0x80]),
        ];
        let sizes: Vec<usize> = access_units(Codec::H264, &all)
            .iter()
            .map(Vec::len)
            .collect();
        assert_eq!(sizes, [4, 1, 2]);
    }
}
