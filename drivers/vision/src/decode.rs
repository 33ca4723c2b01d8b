//! From coded bytes to the planes of one picture, the last that they hold. Runs in the child process only.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::h264_range::is_full_range;
use crate::picture::{Picture, Plane};

/// What the bytes of a look are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    H264,
    H265,
    Jpeg,
}

/// 8K; the largest camera picture in use is 4K.
const MOST_SAMPLES: usize = 7680 * 4320;
const LONGEST_Y4M_LINE: u64 = 1000;

/// Decodes with the built-in decoder; where it fails and ffmpeg is installed, ffmpeg tries.
pub fn decode(encoding: Encoding, bytes: &[u8], ffmpeg: Option<&Path>) -> Result<Picture> {
    let own = match encoding {
        Encoding::H264 => decode_h264(bytes),
        Encoding::H265 => decode_h265(bytes),
        Encoding::Jpeg => return decode_jpeg(bytes),
    };
    match (own, ffmpeg) {
        (Ok(picture), _) => Ok(picture),
        (Err(error), None) => Err(error),
        (Err(error), Some(program)) => {
            decode_by_ffmpeg(program, encoding, bytes).with_context(|| format!("after the built-in decoder: {error:#}"))
        }
    }
}

fn decode_h264(annex_b: &[u8]) -> Result<Picture> {
    // A picture comes with its last slice, so all slices are given at once; of several pictures the last comes.
    let frame = rusty_h264_decoder::Decoder::new()
        .decode(annex_b)
        .map_err(|error| anyhow::anyhow!("H.264: {error}"))?
        .context("H.264: the bytes hold no whole picture")?;
    let (width, height) = (frame.width, frame.height);
    ensure!(width * height <= MOST_SAMPLES, "H.264: {width}x{height} is too large");
    let (chroma_width, chroma_height) = (width / 2, height / 2);
    Ok(Picture {
        luma: Plane::new(width, height, frame.y).context("H.264: luma is incomplete")?,
        cb: Plane::new(chroma_width, chroma_height, frame.u).context("H.264: chroma is incomplete")?,
        cr: Plane::new(chroma_width, chroma_height, frame.v).context("H.264: chroma is incomplete")?,
        full_range: is_full_range(annex_b),
    })
}

fn decode_h265(annex_b: &[u8]) -> Result<Picture> {
    let mut decoder = rusty_h265::Decoder::new();
    let pushed = decoder.push_annexb(annex_b, None);
    decoder.flush();
    if let Err(error) = pushed {
        bail!("H.265: {error}");
    }
    let frames = std::iter::from_fn(|| decoder.next_frame().ok());
    let frame = frames.last().context("H.265: the bytes hold no whole picture")?;
    let picture = &frame.picture;
    let (left, top, width, height) = picture.crop;
    ensure!(width * height <= MOST_SAMPLES, "H.265: {width}x{height} is too large");
    let cut = |index: usize, depth: u8| -> Result<Plane> {
        let (x_step, y_step) = match (index, picture.chroma_format_idc) {
            (0, _) => (1, 1),
            (_, 0) => return Ok(Plane::flat(width / 2, height / 2, 128)),
            (_, 1) => (2, 2),
            (_, 2) => (2, 1),
            _ => (1, 1),
        };
        let plane = &picture.planes[index];
        let (left, top, width, height) = (left / x_step, top / y_step, width / x_step, height / y_step);
        let shift = u32::from(depth.saturating_sub(8));
        let mut samples = Vec::with_capacity(width * height);
        for y in top..top + height {
            let begin = y * plane.stride + left;
            let row = plane.data.get(begin..begin + width).context("H.265: the plane is incomplete")?;
            samples.extend(row.iter().map(|&sample| (sample >> shift).min(255) as u8));
        }
        Plane::new(width, height, samples).context("H.265: the plane is empty")
    };
    let full_range = crate::h264_range::nal_units(annex_b)
        .find(|nal| nal[0] >> 1 & 0x3F == 33 && nal.len() > 2)
        .and_then(|nal| rusty_h265::ps::parse_sps(&rusty_h265::nal::unescape(&nal[2..]).data).ok())
        .and_then(|sps| sps.vui)
        .is_some_and(|vui| vui.video_full_range_flag);
    Ok(Picture {
        luma: cut(0, picture.bit_depth_luma)?,
        cb: cut(1, picture.bit_depth_chroma)?,
        cr: cut(2, picture.bit_depth_chroma)?,
        full_range,
    })
}

pub fn decode_jpeg(bytes: &[u8]) -> Result<Picture> {
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::YCbCr)
        .set_max_width(16_384)
        .set_max_height(16_384);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| anyhow::anyhow!("JPEG: {error:?}"))?;
    let (width, height) = decoder.dimensions().context("JPEG: no size")?;
    ensure!(width * height <= MOST_SAMPLES, "JPEG: {width}x{height} is too large");
    if decoder.input_colorspace() == Some(ColorSpace::Luma) {
        decoder.set_options(options.jpeg_set_out_colorspace(ColorSpace::Luma));
    }
    let samples = decoder.decode().map_err(|error| anyhow::anyhow!("JPEG: {error:?}"))?;
    if samples.len() == width * height {
        let grey = Plane::flat(width.div_ceil(2), height.div_ceil(2), 128);
        let luma = Plane::new(width, height, samples).context("JPEG: empty")?;
        return Ok(Picture { luma, cb: grey.clone(), cr: grey, full_range: true });
    }
    ensure!(samples.len() == width * height * 3, "JPEG: unexpected colour space");
    let plane = |which: usize| {
        Plane::new(width, height, samples.iter().skip(which).step_by(3).copied().collect()).context("JPEG: empty")
    };
    Ok(Picture { luma: plane(0)?, cb: plane(1)?, cr: plane(2)?, full_range: true })
}

/// The parent's watchdog also bounds ffmpeg: killing this process closes its pipes.
fn decode_by_ffmpeg(program: &Path, encoding: Encoding, annex_b: &[u8]) -> Result<Picture> {
    let format = if encoding == Encoding::H265 { "hevc" } else { "h264" };
    let mut child = Command::new(program)
        .args(["-v", "error", "-nostdin", "-threads", "1", "-f", format, "-i", "-", "-fps_mode", "passthrough"])
        .args(["-pix_fmt", "yuv420p", "-strict", "-1", "-f", "yuv4mpegpipe", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("starting ffmpeg")?;
    let (mut input, stdout) = (child.stdin.take(), child.stdout.take());
    let picture = std::thread::scope(|scope| {
        scope.spawn(|| {
            // ffmpeg may stop reading when the bytes make no sense to it; what it says then is in the output.
            let _ = input.as_mut().map(|pipe| pipe.write_all(annex_b));
            drop(input.take());
        });
        last_of_y4m(BufReader::new(stdout.context("ffmpeg has no output")?))
    });
    // Nobody reads any more: it would wait for ever if the output was refused halfway.
    let _ = child.kill();
    child.wait().context("waiting for ffmpeg")?;
    picture
}

/// The last frame of YUV4MPEG2 with 4:2:0 chroma.
fn last_of_y4m(mut input: impl BufRead) -> Result<Picture> {
    let mut line = Vec::new();
    let mut next_line = |input: &mut dyn BufRead| -> Result<String> {
        line.clear();
        input.take(LONGEST_Y4M_LINE).read_until(b'\n', &mut line).context("reading from ffmpeg")?;
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    };
    let head = next_line(&mut input)?;
    let field = |letter: char| head.split(' ').skip(1).find_map(|word| word.strip_prefix(letter));
    let side = |letter| field(letter).and_then(|text| text.parse::<usize>().ok()).context("ffmpeg gave no picture");
    let (width, height) = (side('W')?, side('H')?);
    ensure!(width.saturating_mul(height) <= MOST_SAMPLES, "{width}x{height} is too large");
    let (chroma_width, chroma_height) = (width.div_ceil(2), height.div_ceil(2));
    let (luma, chroma) = (width * height, chroma_width * chroma_height);
    let mut samples = None;
    while next_line(&mut input)?.starts_with("FRAME") {
        let mut frame = samples.take().unwrap_or_else(|| vec![0; luma + 2 * chroma]);
        input.read_exact(&mut frame).context("ffmpeg's picture is cut off")?;
        samples = Some(frame);
    }
    let samples = samples.context("ffmpeg gave no picture")?;
    let (y, rest) = samples.split_at(luma);
    let (u, v) = rest.split_at(chroma);
    Ok(Picture {
        luma: Plane::new(width, height, y.to_vec()).context("empty")?,
        cb: Plane::new(chroma_width, chroma_height, u.to_vec()).context("empty")?,
        cr: Plane::new(chroma_width, chroma_height, v.to_vec()).context("empty")?,
        full_range: head.contains("XCOLORRANGE=FULL"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn garbage_is_an_error_for_every_encoding() {
        let garbage: Vec<u8> = (0..5000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for encoding in [Encoding::H264, Encoding::H265, Encoding::Jpeg] {
            assert!(decode(encoding, &garbage, None).is_err());
            assert!(decode(encoding, &[], None).is_err());
        }
    }

    #[test]
    fn the_last_y4m_frame_is_cut_into_planes() {
        let mut bytes = b"YUV4MPEG2 W3 H2 F25:1 Ip C420jpeg XCOLORRANGE=FULL\nFRAME\n".to_vec();
        bytes.extend_from_slice(&[99; 10]);
        bytes.extend_from_slice(b"FRAME\n");
        bytes.extend_from_slice(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        let picture = last_of_y4m(bytes.as_slice()).unwrap();
        assert_eq!(picture.luma.samples, [1, 2, 3, 4, 5, 6]);
        assert_eq!((picture.cb.samples, picture.cr.samples), (vec![7, 8], vec![9, 10]));
        assert!(picture.full_range);
        assert!(last_of_y4m(&bytes[..bytes.len() - 1]).is_err());
        assert!(last_of_y4m(b"".as_slice()).is_err());
        assert!(last_of_y4m(b"YUV4MPEG2 W99999999999 H99999999999\nFRAME\n".as_slice()).is_err());
    }
}
