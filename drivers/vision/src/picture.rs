//! A decoded picture: 8-bit planes, their colour range, and resizing by area.

/// Luma and two chroma planes without padding.
#[derive(Clone, Debug)]
pub struct Picture {
    pub luma: Plane,
    pub cb: Plane,
    pub cr: Plane,
    /// Luma runs 0..255 (true) or 16..235, as the stream's own parameters say.
    pub full_range: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    pub width: usize,
    pub height: usize,
    pub samples: Vec<u8>,
}

impl Plane {
    /// `None` when the samples do not fill the plane.
    pub fn new(width: usize, height: usize, samples: Vec<u8>) -> Option<Self> {
        (width > 0 && height > 0 && samples.len() == width * height).then_some(Self { width, height, samples })
    }

    pub fn flat(width: usize, height: usize, value: u8) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        Self { width, height, samples: vec![value; width * height] }
    }

    pub fn row(&self, y: usize) -> &[u8] {
        &self.samples[y * self.width..(y + 1) * self.width]
    }

    /// Resizes: each new sample is the mean of the area it stands for, or lies between neighbours when growing.
    pub fn resized(&self, width: usize, height: usize) -> Vec<f32> {
        let columns = spans(self.width, width);
        let mut out = Vec::with_capacity(width * height);
        let mut line = vec![0f32; self.width];
        let mut whole = vec![0u16; self.width];
        for span in spans(self.height, height) {
            self.mean_row(&span, &mut whole, &mut line);
            out.extend(columns.iter().map(|span| {
                let part = &line[span.first..span.first + span.weights.len()];
                part.iter().zip(&span.weights).map(|(a, b)| a * b).sum::<f32>()
            }));
        }
        out
    }

    /// The weighted mean of some rows. Few rows are summed in 16 bits, eight samples at a time, which costs half a
    /// level of brightness at most; with many rows the weights would be too coarse.
    fn mean_row(&self, span: &Span, whole: &mut [u16], line: &mut [f32]) {
        if span.weights.len() > 8 {
            line.fill(0.0);
            for (step, weight) in span.weights.iter().enumerate() {
                for (sum, &sample) in line.iter_mut().zip(self.row(span.first + step)) {
                    *sum += weight * f32::from(sample);
                }
            }
            return;
        }
        whole.fill(0);
        let mut left = 256u16;
        for (step, weight) in span.weights.iter().enumerate() {
            let is_last = step + 1 == span.weights.len();
            let weight = if is_last { left } else { ((weight * 256.0 + 0.5) as u16).min(left) };
            left -= weight;
            for (sum, &sample) in whole.iter_mut().zip(self.row(span.first + step)) {
                *sum += weight * u16::from(sample);
            }
        }
        for (mean, &sum) in line.iter_mut().zip(whole.iter()) {
            *mean = f32::from(sum) * (1.0 / 256.0);
        }
    }

    fn resized_plane(&self, width: usize, height: usize) -> Plane {
        let samples = self.resized(width, height).into_iter().map(to_sample).collect();
        Plane { width, height, samples }
    }
}

/// The source samples that make up one new sample; the weights sum to one.
struct Span {
    first: usize,
    weights: Vec<f32>,
}

fn spans(from: usize, to: usize) -> Vec<Span> {
    let scale = from as f32 / to as f32;
    (0..to)
        .map(|i| {
            if scale <= 1.0 {
                let centre = ((i as f32 + 0.5) * scale - 0.5).clamp(0.0, (from - 1) as f32);
                let first = (centre as usize).min(from.saturating_sub(2));
                let right = centre - first as f32;
                return match from {
                    1 => Span { first: 0, weights: vec![1.0] },
                    _ => Span { first, weights: vec![1.0 - right, right] },
                };
            }
            let (begin, end) = (i as f32 * scale, ((i + 1) as f32 * scale).min(from as f32));
            let first = (begin as usize).min(from - 1);
            let last = (end.ceil() as usize).clamp(first + 1, from);
            let cover = |s: usize| (end.min((s + 1) as f32) - begin.max(s as f32)).max(0.0);
            let total: f32 = (first..last).map(cover).sum();
            Span { first, weights: (first..last).map(|s| cover(s) / total.max(f32::MIN_POSITIVE)).collect() }
        })
        .collect()
}

/// Rounds. The sum's lowest byte is the rounded value; a plain cast keeps the compiler from using vectors.
fn to_sample(value: f32) -> u8 {
    const ROUND: f32 = 12_582_912.0; // one and a half times 2^23
    (value.clamp(0.0, 255.0) + ROUND).to_bits() as u8
}

/// Red, green and blue from luma and chroma.
struct Matrix {
    red_cr: f32,
    green_cb: f32,
    green_cr: f32,
    blue_cb: f32,
}

impl Picture {
    pub fn width(&self) -> usize {
        self.luma.width
    }
    pub fn height(&self) -> usize {
        self.luma.height
    }

    /// Streams seldom say which matrix they use; players take BT.709 for HD and BT.601 below, and so do we.
    fn is_hd(&self) -> bool {
        self.height() >= 720
    }

    /// Luma in 0..255, whatever range the stream uses.
    pub fn luma_scale(&self) -> (f32, f32) {
        if self.full_range { (1.0, 0.0) } else { (255.0 / 219.0, -16.0 * 255.0 / 219.0) }
    }

    fn chroma_scale(&self) -> f32 {
        if self.full_range { 1.0 } else { 255.0 / 224.0 }
    }

    /// Stretched to `width`×`height`; three planes red, green, blue, each 0..255.
    pub fn rgb_planes(&self, width: usize, height: usize) -> [Vec<f32>; 3] {
        let luma = self.luma.resized(width, height);
        let cb = self.cb.resized(width, height);
        let cr = self.cr.resized(width, height);
        let (gain, offset) = self.luma_scale();
        let chroma = self.chroma_scale();
        let m = if self.is_hd() {
            Matrix { red_cr: 1.5748, green_cb: -0.187_324, green_cr: -0.468_124, blue_cb: 1.8556 }
        } else {
            Matrix { red_cr: 1.402, green_cb: -0.344_136, green_cr: -0.714_136, blue_cb: 1.772 }
        };
        let (mut red, mut green, mut blue) = (luma.clone(), luma.clone(), luma);
        for i in 0..red.len() {
            let y = red[i] * gain + offset;
            let (cb, cr) = ((cb[i] - 128.0) * chroma, (cr[i] - 128.0) * chroma);
            red[i] = (y + m.red_cr * cr).clamp(0.0, 255.0);
            green[i] = (y + m.green_cb * cb + m.green_cr * cr).clamp(0.0, 255.0);
            blue[i] = (y + m.blue_cb * cb).clamp(0.0, 255.0);
        }
        [red, green, blue]
    }

    /// The picture as JPEG wants it: full range, BT.601, chroma halved, the longest side at most `max_side` (0: as it is).
    pub fn for_jpeg(&self, max_side: u32) -> Picture {
        let longest = self.width().max(self.height());
        let factor = match max_side as usize {
            0 => 1.0,
            side => (side as f64 / longest as f64).min(1.0),
        };
        let side = |n: usize| ((n as f64 * factor).round() as usize).max(1);
        let (width, height) = (side(self.width()), side(self.height()));
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        let fit = |plane: &Plane, w: usize, h: usize| match (plane.width, plane.height) == (w, h) {
            true => plane.clone(),
            false => plane.resized_plane(w, h),
        };
        let mut luma = fit(&self.luma, width, height);
        let mut cb = fit(&self.cb, half_width, half_height);
        let mut cr = fit(&self.cr, half_width, half_height);

        let (gain, offset) = self.luma_scale();
        let chroma = self.chroma_scale();
        if self.is_hd() {
            // BT.709 to BT.601: luma takes a little chroma, chroma turns a little.
            let mut shares = vec![0f32; half_width * 2];
            for (y, row) in luma.samples.chunks_exact_mut(width).enumerate() {
                if y % 2 == 0 {
                    let at = y / 2 * half_width;
                    let chroma_pairs = cb.samples[at..at + half_width].iter().zip(&cr.samples[at..at + half_width]);
                    for (share, (&b, &r)) in shares.chunks_exact_mut(2).zip(chroma_pairs) {
                        let turned = 0.101_579 * (f32::from(b) - 128.0) + 0.196_076 * (f32::from(r) - 128.0);
                        share.fill(turned * chroma + offset);
                    }
                }
                for (sample, share) in row.iter_mut().zip(&shares) {
                    *sample = to_sample(f32::from(*sample) * gain + share);
                }
            }
            for (b, r) in cb.samples.iter_mut().zip(cr.samples.iter_mut()) {
                let (x, y) = ((f32::from(*b) - 128.0) * chroma, (f32::from(*r) - 128.0) * chroma);
                *b = to_sample(128.0 + 0.989_854 * x - 0.110_653 * y);
                *r = to_sample(128.0 - 0.072_453 * x + 0.983_398 * y);
            }
        } else if !self.full_range {
            let luma_table: Vec<u8> = (0..256).map(|v| to_sample(v as f32 * gain + offset)).collect();
            let chroma_table: Vec<u8> = (0..256).map(|v| to_sample(128.0 + (v as f32 - 128.0) * chroma)).collect();
            luma.samples.iter_mut().for_each(|s| *s = luma_table[usize::from(*s)]);
            cb.samples.iter_mut().for_each(|s| *s = chroma_table[usize::from(*s)]);
            cr.samples.iter_mut().for_each(|s| *s = chroma_table[usize::from(*s)]);
        }
        Picture { luma, cb, cr, full_range: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resizing_by_area_keeps_the_mean() {
        let samples: Vec<u8> = (0..1920 * 108).map(|i| (i * 7 % 251) as u8).collect();
        let mean = samples.iter().map(|&s| f64::from(s)).sum::<f64>() / samples.len() as f64;
        let plane = Plane::new(1920, 108, samples).unwrap();
        let small = plane.resized(352, 35);
        let small_mean = small.iter().map(|&s| f64::from(s)).sum::<f64>() / small.len() as f64;
        assert!((mean - small_mean).abs() < 0.05, "{mean} became {small_mean}");
    }

    #[test]
    fn a_flat_plane_stays_flat_at_any_size() {
        let plane = Plane::flat(33, 17, 90);
        for (w, h) in [(1, 1), (8, 8), (33, 17), (64, 36), (500, 300)] {
            assert!(plane.resized(w, h).iter().all(|s| (s - 90.0).abs() < 0.01), "{w}x{h}");
        }
    }

    #[test]
    fn limited_range_black_and_white_become_full_range() {
        for (height, value, expected) in [(360, 16, 0), (360, 235, 255), (720, 16, 0), (720, 235, 255)] {
            let grey = Plane::flat(8, height / 2, 128);
            let picture =
                Picture { luma: Plane::flat(16, height, value), cb: grey.clone(), cr: grey, full_range: false };
            assert_eq!(picture.for_jpeg(0).luma.samples[0], expected);
            let [red, green, blue] = picture.rgb_planes(4, 4);
            for plane in [red, green, blue] {
                assert!((plane[0] - f32::from(expected)).abs() < 1.0);
            }
        }
    }

    #[test]
    fn a_colour_survives_the_way_to_jpeg_planes() {
        // Pure red in BT.709 limited range: Y 63, Cb 102, Cr 240.
        let picture = Picture {
            luma: Plane::flat(1280, 720, 63),
            cb: Plane::flat(640, 360, 102),
            cr: Plane::flat(640, 360, 240),
            full_range: false,
        };
        let [red, green, blue] = picture.rgb_planes(2, 2);
        assert!(red[0] > 250.0 && green[0] < 5.0 && blue[0] < 5.0, "{} {} {}", red[0], green[0], blue[0]);
        let jpeg = picture.for_jpeg(64);
        // Pure red in BT.601 full range: Y 76, Cb 85, Cr 255.
        let near = |a: u8, b: i32| (i32::from(a) - b).abs() <= 3;
        assert!(near(jpeg.luma.samples[0], 76) && near(jpeg.cb.samples[0], 85) && near(jpeg.cr.samples[0], 255));
        assert_eq!((jpeg.width(), jpeg.height()), (64, 36));
    }
}
