//! Keyframes out of films and elementary streams.
#![allow(dead_code, reason = "each user needs its part")]

use std::path::{Path, PathBuf};

use shian_media::Codec;

/// Where the third-party material is, if it is.
pub fn shared_root() -> PathBuf {
    std::env::var_os("SHIAN_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from)
}

/// The first keyframe of an elementary stream, with what stands before it.
pub fn first_keyframe(codec: Codec, stream: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut begun = false;
    for nal in nal_units(stream) {
        let is_picture = is_picture(codec, nal);
        // The first slice of another picture, or anything after the slices, ends the first picture.
        let first_slice =
            is_picture && nal.get(if codec == Codec::H264 { 1 } else { 2 }).is_some_and(|b| b & 0x80 != 0);
        if begun && (!is_picture || first_slice) {
            break;
        }
        begun |= is_picture;
        out.extend_from_slice(&[0, 0, 0, 1]);
        out.extend_from_slice(nal);
    }
    out
}

/// All keyframes of an mp4 file's video track.
pub fn mp4_keyframes(path: &Path) -> (Codec, Vec<Vec<u8>>) {
    mp4_groups(path, 1)
}

/// The keyframes of an mp4 file's video track, each with the frames after it, `most` in all.
pub fn mp4_groups(path: &Path, most: usize) -> (Codec, Vec<Vec<u8>>) {
    let (mp4, bytes) = re_mp4::Mp4::read_file(path).expect("the sample is an mp4 file");
    let track = mp4.tracks().values().find(|t| t.kind == Some(re_mp4::TrackKind::Video)).expect("it has a video track");
    let (codec, parameter_sets) = match &track.trak(&mp4).mdia.minf.stbl.stsd.contents {
        re_mp4::StsdBoxContent::Avc1(avc1) => {
            let sets = avc1.avcc.sequence_parameter_sets.iter().chain(&avc1.avcc.picture_parameter_sets);
            (Codec::H264, sets.map(|set| set.bytes.clone()).collect::<Vec<_>>())
        }
        re_mp4::StsdBoxContent::Hvc1(hvc1) | re_mp4::StsdBoxContent::Hev1(hvc1) => {
            (Codec::H265, hevc_parameter_sets(&hvc1.hvcc.raw))
        }
        _ => panic!("neither H.264 nor H.265"),
    };
    let mut groups: Vec<Vec<u8>> = Vec::new();
    let mut frames = 0;
    let put = |out: &mut Vec<u8>, nal: &[u8]| {
        out.extend_from_slice(&[0, 0, 0, 1]);
        out.extend_from_slice(nal);
    };
    for sample in track.samples.iter() {
        if sample.is_sync {
            let mut group = Vec::new();
            parameter_sets.iter().for_each(|set| put(&mut group, set));
            groups.push(group);
            frames = 0;
        }
        frames += 1;
        let Some(group) = groups.last_mut().filter(|_| frames <= most) else { continue };
        let mut rest = &bytes[sample.byte_range()];
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let (nal, next) = after.split_at(u32::from_be_bytes(*length) as usize);
            put(group, nal);
            rest = next;
        }
    }
    (codec, groups)
}

/// ISO/IEC 14496-15: 22 bytes of facts, then arrays of NAL units.
fn hevc_parameter_sets(record: &[u8]) -> Vec<Vec<u8>> {
    let mut sets = Vec::new();
    let mut at = 23;
    for _ in 0..record[22] {
        let count = u16::from_be_bytes([record[at + 1], record[at + 2]]);
        at += 3;
        for _ in 0..count {
            let length = usize::from(u16::from_be_bytes([record[at], record[at + 1]]));
            sets.push(record[at + 2..at + 2 + length].to_vec());
            at += 2 + length;
        }
    }
    sets
}

fn is_picture(codec: Codec, nal: &[u8]) -> bool {
    match codec {
        Codec::H264 => matches!(nal[0] & 0x1F, 1..=5),
        Codec::H265 => (nal[0] >> 1 & 0x3F) < 32,
    }
}

fn nal_units(stream: &[u8]) -> Vec<&[u8]> {
    let starts: Vec<usize> =
        stream.windows(3).enumerate().filter(|(_, w)| *w == [0, 0, 1]).map(|(at, _)| at + 3).collect();
    let ends = starts.iter().skip(1).map(|start| start - 3).chain([stream.len()]);
    let trimmed = |from: usize, mut to: usize| {
        while to > from && stream[to - 1] == 0 {
            to -= 1;
        }
        &stream[from..to]
    };
    starts.iter().zip(ends).map(|(&from, to)| trimmed(from, to)).filter(|nal| !nal.is_empty()).collect()
}
