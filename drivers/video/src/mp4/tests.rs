//! What is written is read back by a reader that somebody else wrote.

use bytes::Bytes;
use re_mp4::{Mp4, StsdBoxContent};

use super::*;

/// An `avc1` box for 640×360 with a plausible SPS and PPS.
pub fn avc1() -> Vec<u8> {
    let sps = [0x67, 0x64, 0x00, 0x1e, 0xac, 0xd9, 0x40, 0xa0, 0x2f, 0xf9, 0x70];
    let pps = [0x68, 0xeb, 0xe3, 0xcb];
    let mut w = boxes::Writer(Vec::new());
    w.boxed(b"avc1", |w| {
        w.zeros(6).u16(1).zeros(16).u16(640).u16(360).u32(0x0048_0000).u32(0x0048_0000).u32(0).u16(1);
        w.zeros(32).u16(24).u16(0xffff);
        w.boxed(b"avcC", |w| {
            w.bytes(&[1, 0x64, 0x00, 0x1e, 0xff, 0xe1]).u16(sps.len() as u16).bytes(&sps);
            w.bytes(&[1]).u16(pps.len() as u16).bytes(&pps);
        });
    });
    w.0
}

fn track(sample_entry: &[u8]) -> Track<'_> {
    Track { sample_entry, timescale: 90_000, width: 640, height: 360 }
}

fn picture(number: u8, is_key: bool) -> Vec<u8> {
    vec![0, 0, 0, 6, if is_key { 0x65 } else { 0x41 }, number, 1, 2, 3, 4]
}

#[test]
fn an_init_segment_and_fragments_read_back_frame_by_frame() {
    let entry = avc1();
    let mut bytes = init_segment(&track(&entry)).to_vec();
    for i in 0..10u8 {
        let data = picture(i, i == 0);
        let built = fragment(&FragmentSample {
            sequence: u32::from(i) + 1,
            decode_time: 1_000_000_000_000 + u64::from(i) * 6000,
            duration: 6000,
            composition_offset: if i % 2 == 0 { 0 } else { 3000 },
            is_key: i == 0,
            data: &data,
        });
        assert_eq!(built.bytes[built.sample.clone()], data);
        bytes.extend_from_slice(&built.bytes);
    }
    let read = Mp4::read_bytes(&bytes).unwrap();
    let track = read.tracks().values().next().unwrap();
    assert_eq!((track.width, track.height, track.timescale), (640, 360, 90_000));
    assert!(matches!(track.trak(&read).mdia.minf.stbl.stsd.contents, StsdBoxContent::Avc1(_)));
    assert_eq!(track.samples.len(), 10);
    for (i, sample) in track.samples.iter().enumerate() {
        assert_eq!(sample.is_sync, i == 0);
        assert_eq!(sample.duration, 6000);
        assert_eq!(sample.decode_timestamp, 1_000_000_000_000 + i as i64 * 6000);
        assert_eq!(sample.composition_timestamp - sample.decode_timestamp, if i % 2 == 0 { 0 } else { 3000 });
        let at = sample.offset as usize..(sample.offset + sample.size) as usize;
        assert_eq!(bytes[at], picture(i as u8, i == 0));
    }
}

#[test]
fn a_file_reads_back_with_its_index_in_front_and_the_times_it_was_given() {
    let entry = avc1();
    let durations = [6000, 6000, 3000, 90_000, 6000];
    let samples: Vec<FileSample> = durations
        .iter()
        .enumerate()
        .map(|(i, duration)| FileSample {
            duration: *duration,
            composition_offset: [3000, 6000, 0, 3000, 3000][i],
            is_key: i == 0 || i == 3,
            data: Bytes::from(picture(i as u8, i == 0 || i == 3)),
        })
        .collect();
    let bytes = progressive(&track(&entry), &samples, 3000, 1_795_000_000_000_000);
    let (moov, mdat) = (position(&bytes, b"moov"), position(&bytes, b"mdat"));
    assert!(moov < mdat, "the index comes first");

    let read = Mp4::read_bytes(&bytes).unwrap();
    assert_eq!(read.moov.mvhd.duration, 111_000);
    assert_eq!(read.moov.mvhd.creation_time, 1_795_000_000 + 2_082_844_800);
    let track = read.tracks().values().next().unwrap();
    let edit = &track.trak(&read).edts.as_ref().unwrap().elst.as_ref().unwrap().entries[0];
    assert_eq!((edit.segment_duration, edit.media_time), (111_000, 3000));
    // The reader takes the edit's start off every time.
    let mut decode = -3000;
    for (i, sample) in track.samples.iter().enumerate() {
        assert_eq!((sample.decode_timestamp, sample.duration), (decode, u64::from(durations[i])));
        assert_eq!(sample.composition_timestamp - decode, i64::from(samples[i].composition_offset));
        assert_eq!(sample.is_sync, i == 0 || i == 3);
        let at = sample.offset as usize..(sample.offset + sample.size) as usize;
        assert_eq!(bytes[at], samples[i].data);
        decode += i64::from(durations[i]);
    }
}

fn position(bytes: &[u8], kind: &[u8; 4]) -> usize {
    bytes.windows(4).position(|w| w == kind).unwrap()
}
