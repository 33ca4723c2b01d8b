//! Writes a baseline JPEG (4:2:0, Huffman tables of ITU-T T.81 annex K) straight from the decoder's planes.
//!
//! Keyframes are planes already; going through RGB, as a general encoder does, would cost more than the encoding.

use crate::picture::{Picture, Plane};

/// A JPEG of drawn pixels (red, green, blue bytes); `None` when they do not fill the picture.
pub fn jpeg_of_rgb(width: u32, height: u32, rgb: &[u8]) -> Option<Vec<u8>> {
    let (width, height) = (width as usize, height as usize);
    if width == 0 || height == 0 || rgb.len() != width.checked_mul(height)?.checked_mul(3)? {
        return None;
    }
    // JFIF's colours: BT.601 over the full range.
    let plane = |r: f32, g: f32, b: f32, zero: f32| {
        let value = |p: &[u8]| zero + r * f32::from(p[0]) + g * f32::from(p[1]) + b * f32::from(p[2]);
        rgb.chunks_exact(3).map(|pixel| value(pixel).round().clamp(0.0, 255.0) as u8).collect::<Vec<u8>>()
    };
    let picture = Picture {
        luma: Plane::new(width, height, plane(0.299, 0.587, 0.114, 0.0))?,
        cb: Plane::new(width, height, plane(-0.168_736, -0.331_264, 0.5, 128.0))?,
        cr: Plane::new(width, height, plane(0.5, -0.418_688, -0.081_312, 128.0))?,
        full_range: true,
    };
    Some(encode(&picture.for_jpeg(width.max(height) as u32), 85))
}

/// `picture` is full range with halved chroma, as `Picture::for_jpeg` makes it; `quality` is 1..100.
pub fn encode(picture: &Picture, quality: u8) -> Vec<u8> {
    let (width, height) = (picture.width(), picture.height());
    let luma_steps = scaled(&LUMA_STEPS, quality);
    let chroma_steps = scaled(&CHROMA_STEPS, quality);
    let mut out = Vec::with_capacity(width * height / 4 + 1024);
    head(&mut out, width, height, &luma_steps, &chroma_steps);

    let tables = [Codes::new(&DC_LUMA), Codes::new(&AC_LUMA), Codes::new(&DC_CHROMA), Codes::new(&AC_CHROMA)];
    let (luma_scale, chroma_scale) = (reciprocals(&luma_steps), reciprocals(&chroma_steps));
    let mut bits = Bits { out, store: 0, held: 0 };
    let mut last = [0i32; 3];
    for mcu_y in 0..height.div_ceil(16) {
        for mcu_x in 0..width.div_ceil(16) {
            for (dx, dy) in [(0, 0), (8, 0), (0, 8), (8, 8)] {
                let block = block(&picture.luma, mcu_x * 16 + dx, mcu_y * 16 + dy);
                last[0] = write_block(&mut bits, block, &luma_scale, last[0], &tables[0], &tables[1]);
            }
            for (which, plane) in [(1, &picture.cb), (2, &picture.cr)] {
                let block = block(plane, mcu_x * 8, mcu_y * 8);
                last[which] = write_block(&mut bits, block, &chroma_scale, last[which], &tables[2], &tables[3]);
            }
        }
    }
    let mut out = bits.finish();
    out.extend_from_slice(&[0xFF, 0xD9]);
    out
}

fn head(out: &mut Vec<u8>, width: usize, height: usize, luma: &[u8; 64], chroma: &[u8; 64]) {
    out.extend_from_slice(&[0xFF, 0xD8]);
    out.extend_from_slice(&[0xFF, 0xE0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]);
    for (number, steps) in [(0u8, luma), (1, chroma)] {
        out.extend_from_slice(&[0xFF, 0xDB, 0, 67, number]);
        out.extend(ZIGZAG.iter().map(|&at| steps[at]));
    }
    let [h1, h0] = (height.min(65_500) as u16).to_be_bytes();
    let [w1, w0] = (width.min(65_500) as u16).to_be_bytes();
    out.extend_from_slice(&[0xFF, 0xC0, 0, 17, 8, h1, h0, w1, w0, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
    for (class, table) in [(0x00u8, &DC_LUMA), (0x10, &AC_LUMA), (0x01, &DC_CHROMA), (0x11, &AC_CHROMA)] {
        let length = (2 + 1 + 16 + table.symbols.len()) as u16;
        out.extend_from_slice(&[0xFF, 0xC4]);
        out.extend_from_slice(&length.to_be_bytes());
        out.push(class);
        out.extend_from_slice(&table.counts);
        out.extend_from_slice(table.symbols);
    }
    out.extend_from_slice(&[0xFF, 0xDA, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);
}

/// 8×8 samples around zero; the last row and column are repeated beyond the edge.
fn block(plane: &Plane, left: usize, top: usize) -> [f32; 64] {
    let mut block = [0f32; 64];
    for (y, line) in block.chunks_exact_mut(8).enumerate() {
        let row = plane.row((top + y).min(plane.height - 1));
        match row.get(left..left + 8) {
            Some(eight) => line.iter_mut().zip(eight).for_each(|(to, &from)| *to = f32::from(from) - 128.0),
            None => {
                for (x, to) in line.iter_mut().enumerate() {
                    *to = f32::from(row[(left + x).min(plane.width - 1)]) - 128.0;
                }
            }
        }
    }
    block
}

fn write_block(bits: &mut Bits, block: [f32; 64], scale: &[f32; 64], last_dc: i32, dc: &Codes, ac: &Codes) -> i32 {
    let levels = quantised(&transform(&transposed(&transform(&block))), scale);
    let difference = levels[0] - last_dc;
    let size = magnitude(difference);
    bits.put(dc.code[size], dc.length[size]);
    bits.put_value(difference, size);

    // One bit for each level that is not zero, in zigzag order: most are zero and need not be visited.
    let mut left =
        ZIGZAG.iter().enumerate().fold(0u64, |mask, (i, &at)| mask | u64::from(levels[turned(at)] != 0) << i) & !1;
    let mut next = 1;
    while left != 0 {
        let here = left.trailing_zeros() as usize;
        let level = levels[turned(ZIGZAG[here])];
        let mut run = here - next;
        while run >= 16 {
            bits.put(ac.code[0xF0], ac.length[0xF0]);
            run -= 16;
        }
        let size = magnitude(level);
        let symbol = run << 4 | size;
        bits.put(ac.code[symbol], ac.length[symbol]);
        bits.put_value(level, size);
        next = here + 1;
        left &= left - 1;
    }
    if next < 64 {
        bits.put(ac.code[0], ac.length[0]);
    }
    levels[0]
}

fn quantised(block: &[f32; 64], scale: &[f32; 64]) -> [i32; 64] {
    // Adding one and a half times 2^23 leaves the rounded value in the lowest bits. Baseline knows at most ten bits
    // of magnitude.
    const ROUND: f32 = 12_582_912.0;
    std::array::from_fn(|i| {
        let level = (block[i] * scale[i]).clamp(-1023.0, 1023.0);
        ((level + ROUND).to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32)
    })
}

/// After two passes over columns with a turn between them, rows are columns.
const fn turned(at: usize) -> usize {
    (at % 8) * 8 + at / 8
}

fn transposed(block: &[f32; 64]) -> [f32; 64] {
    std::array::from_fn(|i| block[turned(i)])
}

/// Number of bits of the value's magnitude; baseline levels have at most 11.
fn magnitude(value: i32) -> usize {
    (32 - value.unsigned_abs().leading_zeros()) as usize
}

/// The cosine transform of Arai, Agui and Nakajima on each column: five multiplications, the rest is folded into
/// `reciprocals`. All columns at once, so that the compiler can use vectors.
fn transform(v: &[f32; 64]) -> [f32; 64] {
    let mut out = [0f32; 64];
    for c in 0..8 {
        let (s0, d0) = (v[c] + v[c + 56], v[c] - v[c + 56]);
        let (s1, d1) = (v[c + 8] + v[c + 48], v[c + 8] - v[c + 48]);
        let (s2, d2) = (v[c + 16] + v[c + 40], v[c + 16] - v[c + 40]);
        let (s3, d3) = (v[c + 24] + v[c + 32], v[c + 24] - v[c + 32]);

        let (a0, a3, a1, a2) = (s0 + s3, s0 - s3, s1 + s2, s1 - s2);
        let turned = (a2 + a3) * std::f32::consts::FRAC_1_SQRT_2;
        out[c] = a0 + a1;
        out[c + 32] = a0 - a1;
        out[c + 16] = a3 + turned;
        out[c + 48] = a3 - turned;

        let (b0, b1, b2) = (d3 + d2, d2 + d1, d1 + d0);
        let z5 = (b0 - b2) * 0.382_683_43;
        let z2 = 0.541_196_1 * b0 + z5;
        let z4 = 1.306_563 * b2 + z5;
        let z3 = b1 * std::f32::consts::FRAC_1_SQRT_2;
        let (z11, z13) = (d0 + z3, d0 - z3);
        out[c + 40] = z13 + z2;
        out[c + 24] = z13 - z2;
        out[c + 8] = z11 + z4;
        out[c + 56] = z11 - z4;
    }
    out
}

/// Turned, as the transformed block is.
fn reciprocals(steps: &[u8; 64]) -> [f32; 64] {
    const FACTORS: [f32; 8] = [1.0, 1.387_039_8, 1.306_563, 1.175_875_6, 1.0, 0.785_694_96, 0.541_196_1, 0.275_899_38];
    std::array::from_fn(|i| 1.0 / (f32::from(steps[turned(i)]) * FACTORS[i / 8] * FACTORS[i % 8] * 8.0))
}

/// The usual scale: 50 is the standard's own table, 100 is all ones.
fn scaled(table: &[u8; 64], quality: u8) -> [u8; 64] {
    let quality = i32::from(quality.clamp(1, 100));
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    std::array::from_fn(|i| ((i32::from(table[i]) * percent + 50) / 100).clamp(1, 255) as u8)
}

struct Bits {
    out: Vec<u8>,
    store: u64,
    held: u32,
}

impl Bits {
    fn put(&mut self, code: u16, length: u8) {
        self.store = self.store << length | u64::from(code);
        self.held += u32::from(length);
        while self.held >= 8 {
            self.held -= 8;
            let byte = (self.store >> self.held) as u8;
            self.out.push(byte);
            if byte == 0xFF {
                self.out.push(0); // a marker must not appear within the data
            }
        }
    }

    /// A negative value is written as its magnitude's complement.
    fn put_value(&mut self, value: i32, size: usize) {
        let value = if value < 0 { value - 1 } else { value };
        let mask = (1u32 << size) - 1;
        self.put((value as u32 & mask) as u16, size as u8);
    }

    fn finish(mut self) -> Vec<u8> {
        if self.held > 0 {
            let missing = (8 - self.held) as u8;
            self.put((1u16 << missing) - 1, missing);
        }
        self.out
    }
}

struct Huffman {
    /// How many codes there are of each length 1..16.
    counts: [u8; 16],
    symbols: &'static [u8],
}

struct Codes {
    code: [u16; 256],
    length: [u8; 256],
}

impl Codes {
    fn new(table: &Huffman) -> Self {
        let mut codes = Self { code: [0; 256], length: [0; 256] };
        let mut next = 0u16;
        let mut symbols = table.symbols.iter();
        for (length, &count) in (1u8..).zip(&table.counts) {
            for &symbol in symbols.by_ref().take(usize::from(count)) {
                codes.code[usize::from(symbol)] = next;
                codes.length[usize::from(symbol)] = length;
                next += 1;
            }
            next <<= 1;
        }
        codes
    }
}

#[rustfmt::skip]
const ZIGZAG: [usize; 64] = [
     0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

#[rustfmt::skip]
const LUMA_STEPS: [u8; 64] = [
    16, 11, 10, 16,  24,  40,  51,  61,  12, 12, 14, 19,  26,  58,  60,  55,
    14, 13, 16, 24,  40,  57,  69,  56,  14, 17, 22, 29,  51,  87,  80,  62,
    18, 22, 37, 56,  68, 109, 103,  77,  24, 35, 55, 64,  81, 104, 113,  92,
    49, 64, 78, 87, 103, 121, 120, 101,  72, 92, 95, 98, 112, 100, 103,  99,
];

#[rustfmt::skip]
const CHROMA_STEPS: [u8; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99,  18, 21, 26, 66, 99, 99, 99, 99,
    24, 26, 56, 99, 99, 99, 99, 99,  47, 66, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,  99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,  99, 99, 99, 99, 99, 99, 99, 99,
];

const DC_SYMBOLS: [u8; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const DC_LUMA: Huffman = Huffman { counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], symbols: &DC_SYMBOLS };
const DC_CHROMA: Huffman = Huffman { counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], symbols: &DC_SYMBOLS };

#[rustfmt::skip]
const AC_LUMA: Huffman = Huffman {
    counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7D],
    symbols: &[
        0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07,
        0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42, 0xB1, 0xC1, 0x15, 0x52, 0xD1, 0xF0,
        0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0A, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x25, 0x26, 0x27, 0x28,
        0x29, 0x2A, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49,
        0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69,
        0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
        0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7,
        0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3, 0xC4, 0xC5,
        0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xE1, 0xE2,
        0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8,
        0xF9, 0xFA,
    ],
};

#[rustfmt::skip]
const AC_CHROMA: Huffman = Huffman {
    counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77],
    symbols: &[
        0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71,
        0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xA1, 0xB1, 0xC1, 0x09, 0x23, 0x33, 0x52, 0xF0,
        0x15, 0x62, 0x72, 0xD1, 0x0A, 0x16, 0x24, 0x34, 0xE1, 0x25, 0xF1, 0x17, 0x18, 0x19, 0x1A, 0x26,
        0x27, 0x28, 0x29, 0x2A, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48,
        0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68,
        0x69, 0x6A, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87,
        0x88, 0x89, 0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0xA2, 0xA3, 0xA4, 0xA5,
        0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3,
        0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA,
        0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8,
        0xF9, 0xFA,
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::decode_jpeg;

    fn gradient(width: usize, height: usize) -> Picture {
        let luma: Vec<u8> = (0..width * height)
            .map(|i| ((i % width) * 200 / width + (i / width) * 50 / height) as u8 ^ ((i / 37 % 3) as u8))
            .collect();
        let (w, h) = (width.div_ceil(2), height.div_ceil(2));
        let chroma = |k: usize| Plane::new(w, h, (0..w * h).map(|i| (90 + (i % w) * k / w) as u8).collect()).unwrap();
        Picture { luma: Plane::new(width, height, luma).unwrap(), cb: chroma(60), cr: chroma(40), full_range: true }
    }

    #[test]
    fn what_is_written_reads_back_nearly_the_same() {
        for (width, height) in [(64, 64), (320, 180), (33, 17), (1, 1), (8, 250)] {
            let picture = gradient(width, height);
            let again = decode_jpeg(&encode(&picture, 92)).unwrap();
            assert_eq!((again.width(), again.height()), (width, height));
            let worst =
                picture.luma.samples.iter().zip(&again.luma.samples).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
            assert!(worst <= 8, "{width}x{height}: {worst}");
        }
    }

    #[test]
    fn noise_of_every_size_reads_back() {
        let mut state = 7u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let plane = |w: usize, h: usize, random: &mut dyn FnMut() -> u8| {
            Plane::new(w, h, (0..w * h).map(|_| random()).collect()).unwrap()
        };
        let picture = Picture {
            luma: plane(160, 90, &mut random),
            cb: plane(80, 45, &mut random),
            cr: plane(80, 45, &mut random),
            full_range: true,
        };
        for quality in [1, 30, 80, 100] {
            decode_jpeg(&encode(&picture, quality)).unwrap();
        }
    }
}
