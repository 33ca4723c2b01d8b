//! Parameter sets: finds them and reads the size of the picture from the SPS.

use anyhow::{Context, Result, ensure};
use bytes::Bytes;

use crate::{Codec, ParameterSets, annexb};

pub(crate) struct Picture {
    pub width: u32,
    pub height: u32,
}

/// The first parameter sets among some NAL units.
pub(crate) fn find<'a>(
    codec: Codec,
    nals: impl Iterator<Item = &'a Bytes>,
) -> Option<ParameterSets> {
    let (mut vps, mut sps, mut pps) = (None, None, None);
    for nal in nals {
        if annexb::is_sps(codec, nal) {
            sps.get_or_insert_with(|| nal.clone());
        } else if annexb::is_pps(codec, nal) {
            pps.get_or_insert_with(|| nal.clone());
        } else if annexb::is_vps(codec, nal) {
            vps.get_or_insert_with(|| nal.clone());
        }
        if sps.is_some() && pps.is_some() && (codec == Codec::H264 || vps.is_some()) {
            break;
        }
    }
    if codec == Codec::H265 && vps.is_none() {
        return None;
    }
    Some(ParameterSets {
        vps,
        sps: sps?,
        pps: pps?,
    })
}

/// Reads the size of the shown picture from a sequence parameter set.
pub(crate) fn picture_size(codec: Codec, sps: &[u8]) -> Result<Picture> {
    let picture = match codec {
        Codec::H264 => h264_size(sps),
        Codec::H265 => h265_size(sps),
    }
    .context("the sequence parameter set ends early")?;
    ensure!(
        (1..=16384).contains(&picture.width) && (1..=16384).contains(&picture.height),
        "no size for a picture"
    );
    Ok(picture)
}

/// H.264 clause 7.3.2.1.1.
fn h264_size(sps: &[u8]) -> Option<Picture> {
    let payload = without_emulation_prevention(sps.get(1..)?);
    let mut bits = Bits::new(&payload);
    let profile = bits.read(8)?;
    bits.read(16)?; // constraint flags, level
    bits.unsigned()?;
    let mut chroma = 1;
    if [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135].contains(&profile) {
        chroma = bits.unsigned()?;
        if chroma == 3 {
            bits.read(1)?;
        }
        bits.unsigned()?; // bit depths
        bits.unsigned()?;
        bits.read(1)?;
        if bits.read(1)? == 1 {
            for list in 0..if chroma == 3 { 12 } else { 8 } {
                if bits.read(1)? == 1 {
                    skip_scaling_list(&mut bits, if list < 6 { 16 } else { 64 })?;
                }
            }
        }
    }
    bits.unsigned()?; // frame number length
    match bits.unsigned()? {
        0 => {
            bits.unsigned()?;
        }
        1 => {
            bits.read(1)?;
            bits.signed()?;
            bits.signed()?;
            for _ in 0..bits.unsigned()?.min(255) {
                bits.signed()?;
            }
        }
        _ => {}
    }
    bits.unsigned()?; // reference frames
    bits.read(1)?;
    let width_mbs = bits.unsigned()?.checked_add(1)?;
    let height_units = bits.unsigned()?.checked_add(1)?;
    let frames_only = bits.read(1)?;
    if frames_only == 0 {
        bits.read(1)?;
    }
    bits.read(1)?;
    let mut crop = [0; 4];
    if bits.read(1)? == 1 {
        for side in &mut crop {
            *side = bits.unsigned()?;
        }
    }
    let (unit_x, unit_y) = match chroma {
        0 | 3 => (1, 2 - frames_only),
        2 => (2, 2 - frames_only),
        _ => (2, 2 * (2 - frames_only)),
    };
    let whole = |units: u32, size: u32, from: u32, to: u32, unit: u32| {
        units
            .checked_mul(size)?
            .checked_sub(from.checked_add(to)?.checked_mul(unit)?)
    };
    Some(Picture {
        width: whole(width_mbs, 16, crop[0], crop[1], unit_x)?,
        height: whole(
            height_units,
            16 * (2 - frames_only),
            crop[2],
            crop[3],
            unit_y,
        )?,
    })
}

fn skip_scaling_list(bits: &mut Bits, size: u32) -> Option<()> {
    let (mut last, mut next) = (8i32, 8i32);
    for _ in 0..size {
        if next != 0 {
            next = last.wrapping_add(bits.signed()?).rem_euclid(256);
        }
        if next != 0 {
            last = next;
        }
    }
    Some(())
}

/// H.265 clause 7.3.2.2.
fn h265_size(sps: &[u8]) -> Option<Picture> {
    let payload = without_emulation_prevention(sps.get(2..)?);
    let mut bits = Bits::new(&payload);
    bits.read(4)?;
    let sub_layers = bits.read(3)?;
    bits.read(1)?;
    bits.skip(88 + 8)?; // general profile, level
    let mut present = Vec::new();
    for _ in 0..sub_layers {
        present.push((bits.read(1)?, bits.read(1)?));
    }
    if sub_layers > 0 {
        bits.skip(2 * (8 - sub_layers as usize))?;
    }
    for (profile, level) in present {
        bits.skip(88 * profile as usize + 8 * level as usize)?;
    }
    bits.unsigned()?;
    let chroma = bits.unsigned()?;
    if chroma == 3 {
        bits.read(1)?;
    }
    let width = bits.unsigned()?;
    let height = bits.unsigned()?;
    let mut window = [0; 4];
    if bits.read(1)? == 1 {
        for side in &mut window {
            *side = bits.unsigned()?;
        }
    }
    let (unit_x, unit_y) = match chroma {
        1 => (2, 2),
        2 => (2, 1),
        _ => (1, 1),
    };
    let cropped = |size: u32, from: u32, to: u32, unit: u32| {
        size.checked_sub(from.checked_add(to)?.checked_mul(unit)?)
    };
    Some(Picture {
        width: cropped(width, window[0], window[1], unit_x)?,
        height: cropped(height, window[2], window[3], unit_y)?,
    })
}

fn without_emulation_prevention(nal: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(nal.len());
    let mut zeros = 0;
    for &byte in nal {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        plain.push(byte);
    }
    plain
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn read(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = *self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.at += count;
        (self.at <= self.bytes.len() * 8).then_some(())
    }

    /// Exp-Golomb.
    fn unsigned(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.read(1)? == 0 {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1u32 << zeros) - 1 + self.read(zeros)?)
    }

    fn signed(&mut self) -> Option<i32> {
        let coded = self.unsigned()?;
        let half = (coded / 2 + coded % 2) as i32;
        Some(if coded % 2 == 1 { half } else { -half })
    }
}
