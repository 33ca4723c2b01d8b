//! Reads the samples of the first video track of a plain (not fragmented) MP4 file (ISO/IEC 14496-12 and -15).

use std::{ops::Range, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;

use crate::{Codec, ParameterSets, clip::Sample};

pub(crate) struct VideoTrack {
    pub codec: Codec,
    pub samples: Vec<Sample>,
    pub duration: Duration,
    pub parameter_sets: Option<ParameterSets>,
}

/// The first H.264 or H.265 track of a file.
pub(crate) fn video_track(file: &Bytes) -> Result<VideoTrack> {
    let moov = find(file, 0..file.len(), b"moov").context("no moov box")?;
    for trak in all(file, moov, b"trak") {
        let Some(mdia) = find(file, trak, b"mdia") else {
            continue;
        };
        let is_video = find(file, mdia.clone(), b"hdlr")
            .is_some_and(|h| file.get(h.start + 8..h.start + 12) == Some(b"vide"));
        if is_video {
            return read_track(file, mdia);
        }
    }
    bail!("no video track")
}

fn read_track(file: &Bytes, mdia: Range<usize>) -> Result<VideoTrack> {
    let mdhd = find(file, mdia.clone(), b"mdhd").context("no mdhd box")?;
    let is_long = file.get(mdhd.start) == Some(&1);
    let timescale =
        u32_at(file, mdhd.start + if is_long { 20 } else { 12 }).context("mdhd is too short")?;
    ensure!(timescale > 0, "a timescale of nought");
    let stbl = find(file, mdia, b"minf")
        .and_then(|minf| find(file, minf, b"stbl"))
        .context("no stbl box")?;
    let table = |name: &[u8; 4]| find(file, stbl.clone(), name);

    let description = describe(file, table(b"stsd").context("no stsd box")?)?;
    let sizes = sample_sizes(file, table(b"stsz").context("no stsz box")?)?;
    let offsets = sample_offsets(file, &stbl, &sizes)?;
    let steps = runs(file, table(b"stts").context("no stts box")?, sizes.len());
    let shifts = table(b"ctts")
        .map(|ctts| runs(file, ctts, sizes.len()))
        .unwrap_or_default();
    // Version 1 of the box has signed shifts; made positive they mean the same to a stream.
    let earliest = shifts.iter().map(|&s| s as i32).min().unwrap_or(0);

    let time = |ticks: u64| Duration::from_secs_f64(ticks as f64 / f64::from(timescale));
    let mut samples = Vec::with_capacity(sizes.len());
    let mut ticks = 0u64;
    for (n, (&size, &offset)) in sizes.iter().zip(&offsets).enumerate() {
        let body = offset
            ..offset
                .checked_add(size as usize)
                .context("a sample past all ends")?;
        ensure!(
            body.end <= file.len(),
            "sample {n} lies beyond the end of the file"
        );
        let shown_after = shifts
            .get(n)
            .map_or(0, |&s| (s as i32).saturating_sub(earliest).max(0) as u64);
        let nals = length_prefixed(&file.slice(body), description.length_size)
            .with_context(|| format!("sample {n}"))?;
        samples.push(Sample {
            at: time(ticks),
            shown_after: time(shown_after),
            nals,
        });
        ticks += u64::from(
            steps
                .get(n)
                .copied()
                .context("stts covers fewer samples than stsz")?,
        );
    }
    Ok(VideoTrack {
        codec: description.codec,
        samples,
        duration: time(ticks),
        parameter_sets: description.parameter_sets,
    })
}

struct Description {
    codec: Codec,
    length_size: usize,
    parameter_sets: Option<ParameterSets>,
}

fn describe(file: &Bytes, stsd: Range<usize>) -> Result<Description> {
    // Full box header and count, then one entry: 8 bytes box header, 78 bytes of visual sample entry, its own boxes.
    let entry = stsd.start + 8;
    let kind = file.get(entry + 4..entry + 8).context("an empty stsd")?;
    let inside = entry + 86..stsd.end;
    match kind {
        b"avc1" | b"avc3" => {
            let c = find(file, inside, b"avcC").context("no avcC box")?;
            let at = |n: usize| file.get(c.start + n).copied().context("avcC is too short");
            let length_size = usize::from(at(4)? & 3) + 1;
            let mut cursor = c.start + 6;
            let sps = sets(file, &mut cursor, usize::from(at(5)? & 0x1f))?;
            let count = usize::from(*file.get(cursor).context("avcC is too short")?);
            cursor += 1;
            let pps = sets(file, &mut cursor, count)?;
            let parameter_sets = sps.zip(pps).map(|(sps, pps)| ParameterSets {
                vps: None,
                sps,
                pps,
            });
            Ok(Description {
                codec: Codec::H264,
                length_size,
                parameter_sets,
            })
        }
        b"hvc1" | b"hev1" => {
            let c = find(file, inside, b"hvcC").context("no hvcC box")?;
            let at = |n: usize| file.get(n).copied().context("hvcC is too short");
            let length_size = usize::from(at(c.start + 21)? & 3) + 1;
            let mut cursor = c.start + 23;
            let (mut vps, mut sps, mut pps) = (None, None, None);
            for _ in 0..at(c.start + 22)? {
                let kind = at(cursor)? & 0x3f;
                let count = usize::from(u16_at(file, cursor + 1).context("hvcC is too short")?);
                cursor += 3;
                let set = sets(file, &mut cursor, count)?;
                match kind {
                    32 => vps = set,
                    33 => sps = set,
                    34 => pps = set,
                    _ => {}
                }
            }
            let parameter_sets = match (vps, sps, pps) {
                (Some(vps), Some(sps), Some(pps)) => Some(ParameterSets {
                    vps: Some(vps),
                    sps,
                    pps,
                }),
                _ => None,
            };
            Ok(Description {
                codec: Codec::H265,
                length_size,
                parameter_sets,
            })
        }
        other => bail!("video coded as {}", String::from_utf8_lossy(other)),
    }
}

/// Reads `count` sets, each after its 16-bit length, and gives the first.
fn sets(file: &Bytes, cursor: &mut usize, count: usize) -> Result<Option<Bytes>> {
    let mut first = None;
    for _ in 0..count {
        let length = usize::from(u16_at(file, *cursor).context("a cut-off parameter set")?);
        let body = *cursor + 2..*cursor + 2 + length;
        ensure!(
            body.end <= file.len() && length > 0,
            "a cut-off parameter set"
        );
        *cursor = body.end;
        first.get_or_insert_with(|| file.slice(body));
    }
    Ok(first)
}

fn sample_sizes(file: &[u8], stsz: Range<usize>) -> Result<Vec<u32>> {
    let all_the_same = u32_at(file, stsz.start + 4).context("stsz is too short")?;
    let count = u32_at(file, stsz.start + 8).context("stsz is too short")? as usize;
    // A sample is at least a byte; more samples than bytes is a lie that would cost memory.
    ensure!(count <= file.len(), "more samples than bytes");
    if all_the_same > 0 {
        return Ok(vec![all_the_same; count]);
    }
    (0..count)
        .map(|n| u32_at(file, stsz.start + 12 + 4 * n).context("stsz is too short"))
        .collect()
}

fn sample_offsets(file: &[u8], stbl: &Range<usize>, sizes: &[u32]) -> Result<Vec<usize>> {
    let chunks: Vec<usize> = match (
        find(file, stbl.clone(), b"stco"),
        find(file, stbl.clone(), b"co64"),
    ) {
        (Some(stco), _) => (0..u32_at(file, stco.start + 4).unwrap_or(0) as usize)
            .map_while(|n| u32_at(file, stco.start + 8 + 4 * n).map(|o| o as usize))
            .collect(),
        (None, Some(co64)) => (0..u32_at(file, co64.start + 4).unwrap_or(0) as usize)
            .map_while(|n| {
                let high = u64::from(u32_at(file, co64.start + 8 + 8 * n)?);
                usize::try_from(high << 32 | u64::from(u32_at(file, co64.start + 12 + 8 * n)?)).ok()
            })
            .collect(),
        (None, None) => bail!("no chunk offsets"),
    };
    let stsc = find(file, stbl.clone(), b"stsc").context("no stsc box")?;
    let rules: Vec<(usize, usize)> = (0..u32_at(file, stsc.start + 4).unwrap_or(0) as usize)
        .map_while(|n| {
            let at = stsc.start + 8 + 12 * n;
            Some((u32_at(file, at)? as usize, u32_at(file, at + 4)? as usize))
        })
        .collect();
    let mut offsets = Vec::with_capacity(sizes.len());
    for (n, &chunk) in chunks.iter().enumerate() {
        let rule = rules
            .partition_point(|&(first, _)| first <= n + 1)
            .checked_sub(1)
            .context("stsc begins late")?;
        let mut offset = chunk;
        for _ in 0..rules[rule].1 {
            let Some(&size) = sizes.get(offsets.len()) else {
                return Ok(offsets);
            };
            offsets.push(offset);
            offset = offset
                .checked_add(size as usize)
                .context("a sample past all ends")?;
        }
    }
    ensure!(
        offsets.len() == sizes.len(),
        "{} of {} samples have a place",
        offsets.len(),
        sizes.len()
    );
    Ok(offsets)
}

/// A run-length table (`stts`, `ctts`) written out, at most `limit` values.
fn runs(file: &[u8], table: Range<usize>, limit: usize) -> Vec<u32> {
    let mut values = Vec::new();
    for n in 0..u32_at(file, table.start + 4).unwrap_or(0) as usize {
        let at = table.start + 8 + 8 * n;
        let (Some(count), Some(value)) = (u32_at(file, at), u32_at(file, at + 4)) else {
            break;
        };
        values.extend(std::iter::repeat_n(
            value,
            (count as usize).min(limit - values.len()),
        ));
        if values.len() >= limit {
            break;
        }
    }
    values
}

fn length_prefixed(sample: &Bytes, length_size: usize) -> Result<Vec<Bytes>> {
    let mut nals = Vec::new();
    let mut at = 0;
    while at < sample.len() {
        let prefix = sample
            .get(at..at + length_size)
            .context("a cut-off length")?;
        let length = prefix
            .iter()
            .fold(0usize, |sum, &b| sum << 8 | usize::from(b));
        at += length_size;
        ensure!(
            length <= sample.len() - at,
            "a NAL unit longer than its sample"
        );
        if length > 0 {
            nals.push(sample.slice(at..at + length));
        }
        at += length;
    }
    Ok(nals)
}

fn find(file: &[u8], within: Range<usize>, name: &[u8; 4]) -> Option<Range<usize>> {
    all(file, within, name).into_iter().next()
}

/// The contents of every box of a name directly within a range.
fn all(file: &[u8], within: Range<usize>, name: &[u8; 4]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = within.start;
    while let (Some(size), Some(kind)) = (u32_at(file, at), file.get(at + 4..at + 8)) {
        let (header, size) = match size {
            0 => (8, within.end - at),
            1 => match u32_at(file, at + 12) {
                Some(low) if u32_at(file, at + 8) == Some(0) => (16, low as usize),
                _ => break,
            },
            size => (8, size as usize),
        };
        let Some(end) = at
            .checked_add(size)
            .filter(|&end| size >= header && end <= within.end)
        else {
            break;
        };
        if kind == name {
            found.push(at + header..end);
        }
        at = end;
        if at >= within.end {
            break;
        }
    }
    found
}

fn u32_at(file: &[u8], at: usize) -> Option<u32> {
    file.get(at..at.checked_add(4)?)?
        .try_into()
        .ok()
        .map(u32::from_be_bytes)
}

fn u16_at(file: &[u8], at: usize) -> Option<u16> {
    file.get(at..at.checked_add(2)?)?
        .try_into()
        .ok()
        .map(u16::from_be_bytes)
}
