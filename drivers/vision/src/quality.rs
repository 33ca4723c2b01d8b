//! Measures of a picture that need no model: how dark, how flat, how sharp, whether it moved.

use shian_media::Quality;

use crate::picture::Picture;

/// Measures the picture; brightness in full range, so that black is 0 for every camera.
pub fn measure(picture: &Picture) -> Quality {
    let (gain, offset) = picture.luma_scale();
    let (mean, deviation) = brightness(&picture.luma.samples);
    Quality {
        mean: (mean * gain + offset).clamp(0.0, 255.0),
        deviation: deviation * gain,
        sharpness: (sharpness(picture) * gain).min(255.0),
        hash: hash(picture),
        fingerprint: fingerprint(picture),
    }
}

fn brightness(samples: &[u8]) -> (f32, f32) {
    let mut counts = [0u64; 256];
    // Four tables, so that equal neighbours do not wait for each other's count.
    let mut tables = [[0u32; 256]; 4];
    for four in samples.chunks(4) {
        for (table, &sample) in tables.iter_mut().zip(four) {
            table[usize::from(sample)] += 1;
        }
    }
    for (value, count) in counts.iter_mut().enumerate() {
        *count = tables.iter().map(|table| u64::from(table[value])).sum();
    }
    let total = samples.len().max(1) as f64;
    let mean = counts.iter().enumerate().map(|(v, &n)| v as f64 * n as f64).sum::<f64>() / total;
    let variance = counts.iter().enumerate().map(|(v, &n)| (v as f64 - mean).powi(2) * n as f64).sum::<f64>() / total;
    (mean as f32, variance.sqrt() as f32)
}

/// Mean length of the brightness gradient over neighbouring samples.
fn sharpness(picture: &Picture) -> f32 {
    let plane = &picture.luma;
    if plane.width < 2 || plane.height < 2 {
        return 0.0;
    }
    let mut total = 0f64;
    for y in 0..plane.height - 1 {
        let (row, below) = (plane.row(y), plane.row(y + 1));
        total += f64::from(row_gradient(row, below));
    }
    (total / ((plane.width - 1) * (plane.height - 1)) as f64) as f32
}

/// The sum over one row; in eight lanes, because one running sum would wait for each addition.
fn row_gradient(row: &[u8], below: &[u8]) -> f32 {
    let length = row.len() - 1;
    let (here, right, under) = (&row[..length], &row[1..], &below[..length]);
    let gradient = |h: u8, r: u8, u: u8| {
        let dx = f32::from(r) - f32::from(h);
        let dy = f32::from(u) - f32::from(h);
        (dx * dx + dy * dy).sqrt()
    };
    let mut lanes = [0f32; 8];
    let whole = length / 8 * 8;
    for at in (0..whole).step_by(8) {
        let (h, r, u) = (&here[at..at + 8], &right[at..at + 8], &under[at..at + 8]);
        for (lane, sum) in lanes.iter_mut().enumerate() {
            *sum += gradient(h[lane], r[lane], u[lane]);
        }
    }
    let rest: f32 = (whole..length).map(|at| gradient(here[at], right[at], under[at])).sum();
    lanes.iter().sum::<f32>() + rest
}

/// One bit for each cell of an 8×8 thumbnail: brighter than the thumbnail's mean.
fn hash(picture: &Picture) -> u64 {
    let plane = &picture.luma;
    let edge = |size: usize, cell: usize| cell * size / 8;
    let mut cells = [0f32; 64];
    for (at, cell) in cells.iter_mut().enumerate() {
        let (column, row) = (at % 8, at / 8);
        let (left, top) = (edge(plane.width, column), edge(plane.height, row));
        let (right, bottom) = (edge(plane.width, column + 1).max(left + 1), edge(plane.height, row + 1).max(top + 1));
        let sum: u64 = (top..bottom)
            .map(|y| plane.row(y)[left..right].iter().map(|&sample| u32::from(sample)).sum::<u32>())
            .map(u64::from)
            .sum();
        *cell = sum as f32 / ((right - left) * (bottom - top)) as f32;
    }
    let mean = cells.iter().sum::<f32>() / 64.0;
    cells.iter().enumerate().fold(0, |bits, (at, &cell)| bits | (u64::from(cell > mean) << at))
}

/// Single samples, not means: sensor noise must change it, only a frozen picture may not.
fn fingerprint(picture: &Picture) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let plane = &picture.luma;
    let mut state = OFFSET;
    for row in 0..36 {
        let samples = plane.row((2 * row + 1) * plane.height / 72);
        for column in 0..64 {
            let sample = samples[(2 * column + 1) * plane.width / 128];
            state = (state ^ u64::from(sample >> 4)).wrapping_mul(PRIME);
        }
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Plane;

    fn picture(full_range: bool, sample: impl Fn(usize, usize) -> u8) -> Picture {
        let (width, height) = (320, 180);
        let samples = (0..width * height).map(|i| sample(i % width, i / width)).collect();
        let grey = Plane::flat(width / 2, height / 2, 128);
        Picture { luma: Plane::new(width, height, samples).unwrap(), cb: grey.clone(), cr: grey, full_range }
    }

    /// A small generator of repeatable noise.
    fn noise(seed: u32) -> impl Fn(usize, usize) -> u8 {
        move |x, y| {
            let mut v = (x as u32).wrapping_mul(0x9E37_79B1) ^ (y as u32).wrapping_mul(0x85EB_CA77) ^ seed;
            v ^= v >> 15;
            v = v.wrapping_mul(0x2C1B_3C6D);
            v ^= v >> 12;
            (v >> 8) as u8
        }
    }

    #[test]
    fn black_is_black_in_either_range() {
        for (full_range, level) in [(true, 0), (false, 16)] {
            let quality = measure(&picture(full_range, |_, _| level));
            assert_eq!((quality.mean, quality.deviation, quality.sharpness), (0.0, 0.0, 0.0));
        }
    }

    #[test]
    fn a_flat_grey_picture_has_brightness_but_no_deviation() {
        let quality = measure(&picture(true, |_, _| 128));
        assert_eq!((quality.mean, quality.deviation), (128.0, 0.0));
    }

    #[test]
    fn noise_is_bright_in_the_mean_wide_and_sharp() {
        let quality = measure(&picture(true, noise(1)));
        assert!((quality.mean - 127.5).abs() < 3.0, "{quality:?}");
        assert!((quality.deviation - 73.9).abs() < 3.0, "{quality:?}");
        assert!(quality.sharpness > 60.0, "{quality:?}");
    }

    #[test]
    fn blur_lowers_sharpness() {
        let edges = measure(&picture(true, |x, _| if x / 8 % 2 == 0 { 40 } else { 210 }));
        let soft = measure(&picture(true, |x, _| (125.0 + 85.0 * (x as f32 / 40.0).sin()) as u8));
        assert!(edges.sharpness > 4.0 * soft.sharpness, "{edges:?} {soft:?}");
    }

    #[test]
    fn the_fingerprint_is_equal_for_the_same_picture_and_differs_with_noise() {
        let scene = |seed: u32| picture(true, move |x, y| (x as u8 / 2).saturating_add(noise(seed)(x, y) >> 5));
        assert_eq!(measure(&scene(1)).fingerprint, measure(&scene(1)).fingerprint);
        assert_ne!(measure(&scene(1)).fingerprint, measure(&scene(2)).fingerprint);
    }

    #[test]
    fn the_smallest_picture_can_be_measured() {
        let dot = Plane::flat(1, 1, 77);
        let quality = measure(&Picture { luma: dot.clone(), cb: dot.clone(), cr: dot, full_range: true });
        assert_eq!((quality.mean, quality.sharpness, quality.hash), (77.0, 0.0, 0));
    }

    #[test]
    fn the_hash_stays_under_noise_and_turns_when_the_camera_is_moved() {
        let room = |shift: usize, seed: u32| {
            picture(true, move |x, y| {
                let wall: u8 = if (x + shift) % 320 < 140 || y < 50 { 50 } else { 180 };
                wall.saturating_add(noise(seed)(x, y) >> 5)
            })
        };
        let here = measure(&room(0, 1)).hash;
        assert!((here ^ measure(&room(0, 2)).hash).count_ones() <= 2);
        assert!((here ^ measure(&room(160, 1)).hash).count_ones() > 16);
    }
}
