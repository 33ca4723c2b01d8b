//! An empty kitchen: wall, floor, stove, hood, table, shelves, refrigerator.

use super::canvas::{Body, Canvas, Colour, Limb, Point, hash, mix, noise, times};

/// What distinguishes one kitchen from another.
pub(crate) struct Plan {
    wall: Colour,
    grout: Colour,
    floor: Colour,
    steel: Colour,
    /// Everything is drawn the other way round.
    pub is_mirrored: bool,
    tile: f32,
}

/// So many kitchens are drawn.
pub const KITCHENS: u8 = 4;

pub(crate) fn plan(kitchen: u8) -> Plan {
    let plan = |wall, grout, floor, steel, is_mirrored, tile| Plan {
        wall,
        grout,
        floor,
        steel,
        is_mirrored,
        tile,
    };
    match kitchen % KITCHENS {
        0 => plan(
            [0.80, 0.81, 0.79],
            [0.66, 0.67, 0.66],
            [0.47, 0.42, 0.38],
            [0.60, 0.62, 0.64],
            false,
            0.062,
        ),
        1 => plan(
            [0.74, 0.79, 0.80],
            [0.60, 0.65, 0.67],
            [0.42, 0.44, 0.45],
            [0.56, 0.58, 0.60],
            true,
            0.085,
        ),
        2 => plan(
            [0.84, 0.80, 0.71],
            [0.70, 0.65, 0.57],
            [0.52, 0.38, 0.31],
            [0.63, 0.63, 0.62],
            false,
            0.075,
        ),
        _ => plan(
            [0.70, 0.77, 0.71],
            [0.57, 0.64, 0.59],
            [0.50, 0.48, 0.44],
            [0.58, 0.60, 0.60],
            true,
            0.055,
        ),
    }
}

/// Where wall and floor meet.
const SKIRTING: f32 = 0.50;

impl Plan {
    /// The room with nobody in it, drawn once.
    pub fn draw(&self, width: usize, height: usize) -> Canvas {
        let mut canvas = Canvas::new(width, height);
        let aspect = canvas.aspect();
        self.wall_and_floor(&mut canvas);
        self.refrigerator(&mut canvas, 0.03, 0.20);
        self.table(&mut canvas, 1.17, aspect - 0.02);
        self.shelf(&mut canvas, 1.20, aspect - 0.08);
        self.stove(&mut canvas, 0.45, 1.02);
        self.hood(&mut canvas, 0.43, 1.04);
        // Light falls off towards the corners.
        for y in 0..height {
            for x in 0..width {
                let (u, v) = (
                    x as f32 / width as f32 - 0.48,
                    y as f32 / height as f32 - 0.42,
                );
                let fall = 1.06 - 0.55 * (u * u + v * v);
                for channel in &mut canvas.pixels[y * width + x] {
                    *channel = (*channel * fall).clamp(0.0, 1.0);
                }
            }
        }
        if self.is_mirrored {
            canvas.mirror();
        }
        canvas
    }

    fn wall_and_floor(&self, canvas: &mut Canvas) {
        let aspect = canvas.aspect();
        let (wall, grout, tile) = (self.wall, self.grout, self.tile);
        canvas.rectangle(0.0, 0.0, aspect, SKIRTING, |x, y| {
            let (column, row) = ((x / tile).floor(), (y / tile).floor());
            let (in_x, in_y) = (x / tile - column, y / tile - row);
            if in_x < 0.05 || in_y < 0.05 {
                return grout;
            }
            let shade =
                0.95 + 0.06 * hash(column as i32, row as i32, 5) + 0.05 * (in_y - in_x) * 0.5;
            times(wall, shade * (0.90 + 0.12 * noise(x * 2.0, y * 2.0, 9)))
        });
        let floor = self.floor;
        canvas.rectangle(0.0, SKIRTING, aspect, 1.0 - SKIRTING, |x, y| {
            // A plane that recedes: farther rows are narrower.
            let depth = 0.30 / (y - SKIRTING + 0.16);
            let across = (x - aspect / 2.0) * depth * 2.4;
            let away = depth * 5.0;
            let (in_x, in_y) = (across * 2.2 - (across * 2.2).floor(), away - away.floor());
            let joint = if in_x < 0.04 || in_y < 0.05 {
                0.72
            } else {
                1.0
            };
            let tile = hash((across * 2.2).floor() as i32, away.floor() as i32, 2);
            let wet = 0.10 * noise(x * 3.0, y * 8.0, 12);
            times(
                floor,
                joint * (0.86 + 0.10 * tile + wet) * (0.86 + 0.3 * (y - SKIRTING)),
            )
        });
        canvas.rectangle(0.0, SKIRTING - 0.012, aspect, 0.016, |_, _| {
            times(floor, 0.62)
        });
    }

    fn steel(&self) -> impl Fn(f32, f32) -> Colour + use<> {
        let steel = self.steel;
        move |x, y| {
            times(
                steel,
                0.88 + 0.16 * noise(x * 90.0, y * 3.0, 4) + 0.12 * noise(x * 3.0, y * 5.0, 6),
            )
        }
    }

    /// A box with a lit top and a darker front.
    fn cabinet(
        &self,
        canvas: &mut Canvas,
        left: f32,
        right: f32,
        top: f32,
        bottom: f32,
        doors: usize,
    ) {
        let steel = self.steel();
        let depth = 0.035;
        canvas.shade(
            ((left + right) / 2.0, bottom + 0.01),
            (right - left) * 0.6,
            0.06,
            0.55,
        );
        canvas.polygon(
            &[
                (left + 0.02, top - depth),
                (right - 0.02, top - depth),
                (right, top),
                (left, top),
            ],
            |x, y| mix(times(steel(x, y), 1.22), [1.0; 3], 0.10),
        );
        canvas.rectangle(left, top, right - left, bottom - top, |x, y| {
            times(steel(x, y), 0.92 - 0.55 * (y - top))
        });
        canvas.rectangle(left, top, right - left, 0.012, |x, y| {
            times(steel(x, y), 1.15)
        });
        let wide = (right - left) / doors as f32;
        for door in 0..doors {
            let x = left + wide * door as f32;
            canvas.rectangle(
                x + wide - 0.003,
                top + 0.02,
                0.004,
                bottom - top - 0.035,
                |_, _| [0.22, 0.23, 0.24],
            );
            canvas.rectangle(x + wide * 0.3, top + 0.035, wide * 0.4, 0.008, |_, _| {
                [0.30, 0.31, 0.32]
            });
        }
        canvas.rectangle(left, bottom - 0.012, right - left, 0.012, |_, _| {
            [0.13, 0.13, 0.14]
        });
    }

    fn stove(&self, canvas: &mut Canvas, left: f32, right: f32) {
        self.cabinet(canvas, left, right, 0.455, 0.66, 2);
        for (n, x) in [left + 0.14, right - 0.15].into_iter().enumerate() {
            canvas.veil((x, 0.437), 0.085, 0.02, [0.06, 0.06, 0.06], 1.0);
            let iron = [0.17, 0.17, 0.18];
            if n == 0 {
                canvas.body(&rod((x - 0.075, 0.425), (x + 0.075, 0.425), 0.016, iron));
                canvas.body(&rod((x - 0.04, 0.435), (x + 0.04, 0.435), 0.018, iron));
                canvas.body(&rod(
                    (x - 0.08, 0.42),
                    (x - 0.15, 0.395),
                    0.007,
                    [0.30, 0.20, 0.13],
                ));
            } else {
                let pot = [0.66, 0.68, 0.70];
                canvas.rectangle(x - 0.065, 0.345, 0.13, 0.09, |px, _| {
                    let round = ((px - x) / 0.065).clamp(-1.0, 1.0);
                    times(
                        pot,
                        0.55 + 0.5 * (1.0 - (round + 0.3) * (round + 0.3)).max(0.0),
                    )
                });
                canvas.veil((x, 0.345), 0.066, 0.014, [0.30, 0.30, 0.31], 1.0);
                canvas.body(&rod((x - 0.085, 0.37), (x - 0.07, 0.37), 0.007, iron));
                canvas.body(&rod((x + 0.07, 0.37), (x + 0.085, 0.37), 0.007, iron));
            }
        }
        for n in 0..5 {
            let x = left + 0.07 + 0.1 * n as f32;
            canvas.body(&rod((x, 0.487), (x, 0.487), 0.010, [0.12, 0.12, 0.13]));
        }
    }

    fn hood(&self, canvas: &mut Canvas, left: f32, right: f32) {
        let steel = self.steel();
        let middle = (left + right) / 2.0;
        canvas.rectangle(middle - 0.09, 0.0, 0.18, 0.07, |x, y| {
            times(steel(x, y), 0.82)
        });
        canvas.polygon(
            &[
                (middle - 0.12, 0.05),
                (middle + 0.12, 0.05),
                (right, 0.15),
                (left, 0.15),
            ],
            |x, y| times(steel(x, y), 0.80 + 1.6 * y),
        );
        canvas.rectangle(left, 0.15, right - left, 0.03, |x, y| {
            times(steel(x, y), 0.72)
        });
        canvas.shade((middle, 0.24), (right - left) * 0.55, 0.10, 0.72);
    }

    fn table(&self, canvas: &mut Canvas, left: f32, right: f32) {
        self.cabinet(canvas, left, right, 0.475, 0.69, 3);
        let board = [0.72, 0.56, 0.38];
        canvas.polygon(
            &[
                (left + 0.09, 0.445),
                (left + 0.27, 0.445),
                (left + 0.28, 0.467),
                (left + 0.08, 0.467),
            ],
            |x, y| times(board, 0.85 + 0.25 * noise(x * 20.0, y * 200.0, 3)),
        );
        for (n, colour) in [[0.36, 0.55, 0.22], [0.80, 0.32, 0.18], [0.36, 0.58, 0.24]]
            .into_iter()
            .enumerate()
        {
            let x = left + 0.14 + 0.04 * n as f32;
            canvas.body(&rod((x, 0.444), (x + 0.016, 0.447), 0.013, colour));
        }
        let bowl = [0.88, 0.88, 0.86];
        for n in 0..3 {
            canvas.body(&rod(
                (right - 0.17 + 0.012 * n as f32, 0.447 - 0.014 * n as f32),
                (right - 0.10, 0.447 - 0.014 * n as f32),
                0.013,
                bowl,
            ));
        }
    }

    fn shelf(&self, canvas: &mut Canvas, left: f32, right: f32) {
        let steel = self.steel();
        for y in [0.15, 0.29] {
            canvas.rectangle(left, y, right - left, 0.014, |x, y| {
                times(steel(x, y), 1.05)
            });
            canvas.shade(
                ((left + right) / 2.0, y + 0.03),
                (right - left) * 0.55,
                0.025,
                0.75,
            );
            let mut x = left + 0.035;
            let mut n = (y * 100.0) as i32;
            while x < right - 0.04 {
                let kind = hash(n, 1, 21);
                let high = 0.035 + 0.04 * hash(n, 2, 21);
                let wide = 0.016 + 0.016 * hash(n, 3, 21);
                let colour = mix(
                    [0.80, 0.79, 0.75],
                    [0.45 + 0.4 * kind, 0.35, 0.55 - 0.4 * kind],
                    0.55 * hash(n, 4, 21),
                );
                canvas.rectangle(x - wide, y - high, 2.0 * wide, high, |px, _| {
                    let round = (px - x) / wide;
                    times(
                        colour,
                        0.62 + 0.45 * (1.0 - (round + 0.25) * (round + 0.25)).max(0.0),
                    )
                });
                x += 2.0 * wide + 0.018;
                n += 1;
            }
        }
    }

    fn refrigerator(&self, canvas: &mut Canvas, left: f32, wide: f32) {
        let steel = self.steel();
        canvas.shade((left + wide / 2.0, 0.73), wide * 0.8, 0.06, 0.5);
        canvas.rectangle(left, 0.08, wide, 0.64, |x, y| {
            times(steel(x, y), 1.12 - 0.25 * y)
        });
        canvas.polygon(
            &[
                (left + wide, 0.08),
                (left + wide + 0.03, 0.10),
                (left + wide + 0.03, 0.67),
                (left + wide, 0.72),
            ],
            |x, y| times(steel(x, y), 0.62),
        );
        canvas.rectangle(left, 0.36, wide, 0.006, |_, _| [0.20, 0.21, 0.22]);
        for y in [0.20, 0.43] {
            canvas.body(&rod(
                (left + wide - 0.03, y),
                (left + wide - 0.03, y + 0.11),
                0.006,
                [0.30, 0.31, 0.33],
            ));
        }
    }

    /// What moves when nobody is there: the ventilator in the wall turns.
    pub fn draw_ventilator(&self, canvas: &mut Canvas, turn: f32) {
        let x = if self.is_mirrored {
            canvas.aspect() - 0.325
        } else {
            0.325
        };
        let centre = (x, 0.12);
        canvas.body(&rod(centre, centre, 0.058, [0.25, 0.26, 0.27]));
        canvas.body(&rod(centre, centre, 0.049, [0.08, 0.08, 0.09]));
        for blade in 0..4 {
            let angle = turn + blade as f32 * std::f32::consts::FRAC_PI_2;
            let tip = (x + 0.037 * angle.cos(), 0.12 + 0.037 * angle.sin());
            canvas.body(&rod(centre, tip, 0.008, [0.42, 0.43, 0.44]));
        }
        canvas.body(&rod(centre, centre, 0.010, [0.50, 0.51, 0.52]));
    }
}

fn rod(from: Point, to: Point, radius: f32, colour: Colour) -> Body<'static> {
    Body::new(
        vec![Limb {
            from,
            from_radius: radius,
            to,
            to_radius: radius,
        }],
        colour,
    )
    .glossy(0.25)
}

impl Canvas {
    fn mirror(&mut self) {
        for row in self.pixels.chunks_exact_mut(self.width) {
            row.reverse();
        }
    }
}
