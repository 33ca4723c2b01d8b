//! A picture to draw on: polygons, and rounded bodies that light falls on.
//!
//! Lengths are in picture heights: y runs from 0 (top) to 1, x from 0 to the aspect ratio.

use std::sync::LazyLock;

pub(crate) type Colour = [f32; 3];
pub(crate) type Point = (f32, f32);

#[derive(Clone)]
pub(crate) struct Canvas {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<Colour>,
}

impl Canvas {
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            pixels: vec![[0.0; 3]; width * height],
        }
    }

    pub fn aspect(&self) -> f32 {
        self.width as f32 / self.height as f32
    }

    /// Fills a polygon; the paint is asked at every pixel.
    pub fn polygon(&mut self, corners: &[Point], paint: impl Fn(f32, f32) -> Colour) {
        let scale = self.height as f32;
        let (x0, y0, x1, y1) = self.pixel_bounds(Bounds::of(corners.iter().map(|&p| (p, 0.0))));
        for py in y0..y1 {
            for px in x0..x1 {
                let mut inside = 0;
                for sample in 0..9 {
                    let x = (px as f32 + (sample % 3) as f32 / 3.0 + 1.0 / 6.0) / scale;
                    let y = (py as f32 + (sample / 3) as f32 / 3.0 + 1.0 / 6.0) / scale;
                    inside += usize::from(is_inside(corners, x, y));
                }
                if inside > 0 {
                    let colour = paint((px as f32 + 0.5) / scale, (py as f32 + 0.5) / scale);
                    blend(
                        &mut self.pixels[py * self.width + px],
                        colour,
                        inside as f32 / 9.0,
                    );
                }
            }
        }
    }

    pub fn rectangle(
        &mut self,
        x: f32,
        y: f32,
        w: f32,
        h: f32,
        paint: impl Fn(f32, f32) -> Colour,
    ) {
        self.polygon(&[(x, y), (x + w, y), (x + w, y + h), (x, y + h)], paint);
    }

    /// Multiplies what is there, most at the centre of an ellipse and less towards its edge: shadow or light.
    pub fn shade(&mut self, centre: Point, rx: f32, ry: f32, factor: f32) {
        let scale = self.height as f32;
        let (x0, y0, x1, y1) = self.pixel_bounds(Bounds {
            left: centre.0 - rx,
            top: centre.1 - ry,
            right: centre.0 + rx,
            bottom: centre.1 + ry,
        });
        for py in y0..y1 {
            for px in x0..x1 {
                let dx = ((px as f32 + 0.5) / scale - centre.0) / rx;
                let dy = ((py as f32 + 0.5) / scale - centre.1) / ry;
                let distance = dx * dx + dy * dy;
                if distance < 1.0 {
                    let weight = (1.0 - distance) * (1.0 - distance);
                    let by = 1.0 + (factor - 1.0) * weight;
                    for channel in &mut self.pixels[py * self.width + px] {
                        *channel *= by;
                    }
                }
            }
        }
    }

    /// Mixes a colour in, most at the centre of an ellipse: steam, glare.
    pub fn veil(&mut self, centre: Point, rx: f32, ry: f32, colour: Colour, strength: f32) {
        let scale = self.height as f32;
        let (x0, y0, x1, y1) = self.pixel_bounds(Bounds {
            left: centre.0 - rx,
            top: centre.1 - ry,
            right: centre.0 + rx,
            bottom: centre.1 + ry,
        });
        for py in y0..y1 {
            for px in x0..x1 {
                let dx = ((px as f32 + 0.5) / scale - centre.0) / rx;
                let dy = ((py as f32 + 0.5) / scale - centre.1) / ry;
                let distance = dx * dx + dy * dy;
                if distance < 1.0 {
                    let weight = (1.0 - distance) * (1.0 - distance) * strength;
                    blend(&mut self.pixels[py * self.width + px], colour, weight);
                }
            }
        }
    }

    /// Draws a rounded body.
    pub fn body(&mut self, body: &Body) {
        let scale = self.height as f32;
        let (x0, y0, x1, y1) = self.pixel_bounds(body.bounds());
        if x0 >= x1 || y0 >= y1 {
            return;
        }
        let (columns, rows) = (x1 - x0 + 1, y1 - y0 + 1);
        // A limb counts as far as it can still flow into another one or touch half a pixel.
        let rods: Vec<Rod> = body
            .limbs
            .iter()
            .map(|l| Rod::new(l, body.join + 2.0 / scale))
            .collect();
        let mut heights = vec![0.0f32; columns * rows];
        let mut cover = vec![0.0f32; columns * rows];
        for row in 0..rows {
            for column in 0..columns {
                let point = ((x0 + column) as f32 / scale, (y0 + row) as f32 / scale);
                let (distance, height) = surface(&rods, body.join, point);
                heights[row * columns + column] = height;
                cover[row * columns + column] = (0.5 - distance * scale).clamp(0.0, 1.0);
            }
        }
        for row in 0..rows - 1 {
            for column in 0..columns - 1 {
                let here = row * columns + column;
                let alpha = cover[here];
                if alpha <= 0.0 {
                    continue;
                }
                let (x, y) = ((x0 + column) as f32 / scale, (y0 + row) as f32 / scale);
                let ripple = if body.ripple == 0.0 {
                    0.0
                } else {
                    body.ripple
                        * (noise(x * 38.0, y * 22.0, body.seed)
                            - noise(x * 38.0 + 0.4, y * 22.0 + 0.3, body.seed))
                };
                let slope_x = (heights[here + 1] - heights[here]) * scale + ripple;
                let slope_y = (heights[here + columns] - heights[here]) * scale + ripple * 0.6;
                let light = lighting(slope_x.clamp(-3.0, 3.0), slope_y.clamp(-3.0, 3.0));
                let grain = 1.0 + 0.05 * (noise(x * 160.0, y * 160.0, body.seed + 7) - 0.5);
                let own = (body.paint)(x, y);
                let mut colour = [0.0; 3];
                for channel in 0..3 {
                    colour[channel] = (own[channel] * light * grain
                        + body.gloss * (light - 0.95).max(0.0))
                    .clamp(0.0, 1.0);
                }
                blend(
                    &mut self.pixels[(y0 + row) * self.width + x0 + column],
                    colour,
                    alpha,
                );
            }
        }
    }

    fn pixel_bounds(&self, bounds: Bounds) -> (usize, usize, usize, usize) {
        let scale = self.height as f32;
        let clip = |v: f32, most: usize| (v.max(0.0) as usize).min(most);
        (
            clip((bounds.left * scale).floor() - 1.0, self.width),
            clip((bounds.top * scale).floor() - 1.0, self.height),
            clip((bounds.right * scale).ceil() + 1.0, self.width),
            clip((bounds.bottom * scale).ceil() + 1.0, self.height),
        )
    }
}

/// Lamps under the ceiling, a little to the left and in front; the room itself gives light from everywhere.
fn lighting(slope_x: f32, slope_y: f32) -> f32 {
    let length = (slope_x * slope_x + slope_y * slope_y + 1.0).sqrt();
    let (nx, ny, nz) = (-slope_x / length, -slope_y / length, 1.0 / length);
    let lamp = (-0.42 * nx - 0.62 * ny + 0.66 * nz).max(0.0);
    0.42 + 0.62 * lamp + 0.08 * nz
}

/// A part of a body: a rod with two round ends.
#[derive(Clone, Copy)]
pub(crate) struct Limb {
    pub from: Point,
    pub from_radius: f32,
    pub to: Point,
    pub to_radius: f32,
}

/// Limbs of one stuff that flow into each other.
pub(crate) struct Body<'a> {
    pub limbs: Vec<Limb>,
    pub paint: Box<dyn Fn(f32, f32) -> Colour + 'a>,
    /// How softly the limbs join.
    pub join: f32,
    /// Folds in cloth, tufts in fur.
    pub ripple: f32,
    pub gloss: f32,
    pub seed: u32,
}

impl<'a> Body<'a> {
    pub fn new(limbs: Vec<Limb>, colour: Colour) -> Self {
        Self {
            limbs,
            paint: Box::new(move |_, _| colour),
            join: 0.012,
            ripple: 0.0,
            gloss: 0.0,
            seed: 1,
        }
    }

    pub fn painted(limbs: Vec<Limb>, paint: impl Fn(f32, f32) -> Colour + 'a) -> Self {
        Self {
            limbs,
            paint: Box::new(paint),
            join: 0.012,
            ripple: 0.0,
            gloss: 0.0,
            seed: 1,
        }
    }

    pub fn rippled(mut self, ripple: f32, seed: u32) -> Self {
        self.ripple = ripple;
        self.seed = seed;
        self
    }

    pub fn glossy(mut self, gloss: f32) -> Self {
        self.gloss = gloss;
        self
    }

    pub fn joined(mut self, join: f32) -> Self {
        self.join = join;
        self
    }

    pub fn bounds(&self) -> Bounds {
        Bounds::of(
            self.limbs
                .iter()
                .flat_map(|l| [(l.from, l.from_radius), (l.to, l.to_radius)]),
        )
    }
}

/// A limb made ready for many questions.
struct Rod {
    from: Point,
    along: Point,
    per_length: f32,
    radius: f32,
    growth: f32,
    /// Squared: farther off than this the limb does not count.
    reach: f32,
}

impl Rod {
    fn new(limb: &Limb, margin: f32) -> Self {
        let along = (limb.to.0 - limb.from.0, limb.to.1 - limb.from.1);
        let length = along.0 * along.0 + along.1 * along.1;
        let reach = limb.from_radius.max(limb.to_radius) + margin;
        Self {
            from: limb.from,
            along,
            per_length: if length > 0.0 { 1.0 / length } else { 0.0 },
            radius: limb.from_radius,
            growth: limb.to_radius - limb.from_radius,
            reach: reach * reach,
        }
    }
}

/// Distance to the outline (negative inside) and height towards the eye.
fn surface(rods: &[Rod], join: f32, point: Point) -> (f32, f32) {
    let (mut distance, mut height) = (f32::MAX, 0.0f32);
    for rod in rods {
        let (px, py) = (point.0 - rod.from.0, point.1 - rod.from.1);
        let along = ((px * rod.along.0 + py * rod.along.1) * rod.per_length).clamp(0.0, 1.0);
        let (ox, oy) = (px - along * rod.along.0, py - along * rod.along.1);
        let off = ox * ox + oy * oy;
        if off > rod.reach {
            continue;
        }
        let radius = rod.radius + rod.growth * along;
        let own_distance = off.sqrt() - radius;
        let own_height = 0.8 * (radius * radius - off).max(0.0).sqrt();
        if distance == f32::MAX {
            (distance, height) = (own_distance, own_height);
        } else {
            distance = smooth_least(distance, own_distance, join);
            height = -smooth_least(-height, -own_height, join);
        }
    }
    (distance, height)
}

fn smooth_least(a: f32, b: f32, k: f32) -> f32 {
    let h = (0.5 + 0.5 * (b - a) / k).clamp(0.0, 1.0);
    b + (a - b) * h - k * h * (1.0 - h)
}

/// A rectangle along the picture's edges.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

impl Bounds {
    /// Around circles.
    pub fn of(circles: impl IntoIterator<Item = (Point, f32)>) -> Self {
        let nothing = Self {
            left: f32::MAX,
            top: f32::MAX,
            right: f32::MIN,
            bottom: f32::MIN,
        };
        circles.into_iter().fold(nothing, |all, ((x, y), r)| {
            all.joined(Self {
                left: x - r,
                top: y - r,
                right: x + r,
                bottom: y + r,
            })
        })
    }

    pub fn joined(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

fn is_inside(corners: &[Point], x: f32, y: f32) -> bool {
    let mut inside = false;
    let mut previous = corners[corners.len() - 1];
    for &corner in corners {
        if (corner.1 > y) != (previous.1 > y)
            && x < (previous.0 - corner.0) * (y - corner.1) / (previous.1 - corner.1) + corner.0
        {
            inside = !inside;
        }
        previous = corner;
    }
    inside
}

fn blend(under: &mut Colour, over: Colour, alpha: f32) {
    for channel in 0..3 {
        under[channel] += (over[channel] - under[channel]) * alpha;
    }
}

pub(crate) fn mix(a: Colour, b: Colour, t: f32) -> Colour {
    let t = t.clamp(0.0, 1.0);
    [
        a[0] + (b[0] - a[0]) * t,
        a[1] + (b[1] - a[1]) * t,
        a[2] + (b[2] - a[2]) * t,
    ]
}

pub(crate) fn times(colour: Colour, factor: f32) -> Colour {
    colour.map(|c| c * factor)
}

pub(crate) fn hash(x: i32, y: i32, seed: u32) -> f32 {
    let mut h = (x as u32).wrapping_mul(0x9e37_79b1)
        ^ (y as u32).wrapping_mul(0x85eb_ca77)
        ^ seed.wrapping_mul(0xc2b2_ae3d);
    h = (h ^ h >> 15).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ h >> 12).wrapping_mul(0x297a_2d39);
    ((h ^ h >> 15) >> 8) as f32 / (1u32 << 24) as f32
}

/// Value noise between 0 and 1. The lattice repeats after 256 steps, which nobody sees.
pub(crate) fn noise(x: f32, y: f32, seed: u32) -> f32 {
    static LATTICE: LazyLock<Vec<f32>> =
        LazyLock::new(|| (0..1 << 16).map(|n| hash(n & 0xff, n >> 8, 77)).collect());
    let lattice = LATTICE.as_slice();
    let floor = |v: f32| v as i32 - i32::from(v < 0.0);
    let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
    let (cell_x, cell_y) = (floor(x), floor(y));
    let (fx, fy) = (smooth(x - cell_x as f32), smooth(y - cell_y as f32));
    let column = (cell_x as u32).wrapping_add(seed.wrapping_mul(37));
    let row = (cell_y as u32).wrapping_add(seed.wrapping_mul(101));
    let at = |dx: u32, dy: u32| {
        lattice[((row.wrapping_add(dy) & 0xff) << 8 | column.wrapping_add(dx) & 0xff) as usize]
    };
    let top = at(0, 0) + (at(1, 0) - at(0, 0)) * fx;
    let bottom = at(0, 1) + (at(1, 1) - at(0, 1)) * fx;
    top + (bottom - top) * fy
}
