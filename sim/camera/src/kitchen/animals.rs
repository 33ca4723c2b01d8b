//! A cat and a rat, seen from the side.

use super::canvas::{Body, Bounds, Canvas, Colour, Limb, Point, mix, noise, times};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Animal {
    /// Below the middle of the body, on the floor.
    pub feet: Point,
    /// From breast to rump.
    pub length: f32,
    pub looks_left: bool,
    /// In steps.
    pub stride: f32,
}

impl Animal {
    fn limb(&self, from: (f32, f32, f32), to: (f32, f32, f32)) -> Limb {
        let side = if self.looks_left { -1.0 } else { 1.0 };
        let place = |x: f32, y: f32| {
            (
                self.feet.0 + side * x * self.length,
                self.feet.1 - y * self.length,
            )
        };
        Limb {
            from: place(from.0, from.1),
            from_radius: from.2 * self.length,
            to: place(to.0, to.1),
            to_radius: to.2 * self.length,
        }
    }

    fn fur(&self, limbs: Vec<Limb>, colour: Colour, stripes: f32, seed: u32) -> Body<'static> {
        let Animal {
            feet,
            length,
            looks_left,
            ..
        } = *self;
        let side = if looks_left { -1.0 } else { 1.0 };
        Body::painted(limbs, move |x, y| {
            let (along, up) = ((x - feet.0) * side / length, (feet.1 - y) / length);
            let wave = (along * 34.0 + 2.5 * noise(along * 6.0, up * 6.0, seed)).sin();
            let stripe = 0.5
                * stripes
                * ((wave - 0.1) * 3.0).clamp(0.0, 1.0)
                * ((up - 0.32) * 6.0).clamp(0.0, 1.0);
            let belly = ((0.42 - up) * 3.0).clamp(0.0, 1.0);
            let coat = mix(colour, [0.93, 0.87, 0.78], 0.9 * belly);
            times(
                coat,
                (1.0 - stripe) * (0.82 + 0.36 * noise(along * 70.0, up * 50.0, seed)),
            )
        })
        .rippled(0.7, seed)
        .joined(0.05 * length)
    }

    /// A walking tabby cat.
    pub fn draw_cat(&self, canvas: &mut Canvas, coat: Colour) -> Bounds {
        let l = self.length;
        canvas.shade(
            (self.feet.0, self.feet.1 + 0.01 * l),
            0.75 * l,
            0.12 * l,
            0.5,
        );
        let mut all: Vec<Body> = Vec::new();
        let step = |shift: f32| ((self.stride + shift) * std::f32::consts::TAU).sin();
        let legs = |shift: f32, dim: f32, all: &mut Vec<Body>| {
            for (x, late) in [(-0.36, 0.5), (0.34, 0.0)] {
                let swing = 0.12 * step(shift + late);
                let lift = 0.07 * step(shift + late + 0.25).max(0.0);
                let is_hind = x < 0.0;
                let knee = (x + swing * 0.5 + if is_hind { 0.05 } else { 0.0 }, 0.26);
                let paw = (x + swing, 0.045 + lift);
                all.push(self.fur(
                    vec![
                        self.limb(
                            (x, 0.46, if is_hind { 0.14 } else { 0.11 }),
                            (knee.0, knee.1, 0.065),
                        ),
                        self.limb((knee.0, knee.1, 0.062), (paw.0, paw.1, 0.046)),
                        self.limb((paw.0, paw.1, 0.046), (paw.0 + 0.05, paw.1 - 0.01, 0.038)),
                    ],
                    times(coat, dim),
                    0.25,
                    11,
                ));
            }
        };
        legs(0.25, 0.7, &mut all);
        // Tail: up, with a curl at the tip.
        let wave = 0.04 * step(0.1);
        let tail = [
            (-0.5, 0.56),
            (-0.68, 0.66),
            (-0.76, 0.84 + wave),
            (-0.72, 1.02 + wave),
            (-0.64 + wave, 1.10 + wave),
        ];
        let tail = tail
            .windows(2)
            .map(|w| self.limb((w[0].0, w[0].1, 0.058), (w[1].0, w[1].1, 0.05)))
            .collect();
        all.push(self.fur(tail, coat, 0.45, 5));
        all.push(self.fur(
            vec![
                self.limb((-0.38, 0.53, 0.185), (-0.05, 0.50, 0.175)),
                self.limb((-0.05, 0.50, 0.175), (0.34, 0.52, 0.17)),
                self.limb((0.34, 0.55, 0.15), (0.46, 0.66, 0.11)),
            ],
            coat,
            0.5,
            3,
        ));
        legs(0.75, 1.0, &mut all);
        self.cat_head(coat, &mut all);
        let bounds = all.iter().map(Body::bounds).reduce(Bounds::joined);
        for body in &all {
            canvas.body(body);
        }
        bounds.unwrap_or(Bounds {
            left: 0.0,
            top: 0.0,
            right: 0.0,
            bottom: 0.0,
        })
    }

    /// Turned towards the eye, as cats do, and large, as a cat near the camera looks.
    fn cat_head(&self, coat: Colour, all: &mut Vec<Body<'static>>) {
        const LARGER: f32 = 1.45;
        let neck = self.limb((0.54, 0.76, 0.0), (0.54, 0.76, 0.0)).from;
        let own = Animal {
            feet: (0.0, 0.0),
            length: self.length * LARGER,
            ..*self
        };
        let middle = own.limb((0.60, 0.80, 0.0), (0.60, 0.80, 0.0)).from;
        Animal {
            feet: (neck.0 - middle.0, neck.1 - middle.1),
            ..own
        }
        .cat_face(coat, all);
    }

    fn cat_face(&self, coat: Colour, all: &mut Vec<Body<'static>>) {
        let (x, y) = (0.60, 0.80);
        let pink = [0.85, 0.55, 0.52];
        for side in [-1.0f32, 1.0] {
            let ear = |spread: f32, top: f32, wide: f32| {
                self.limb(
                    (x + side * 0.105, y + 0.10, wide),
                    (x + side * spread, y + top, 0.012),
                )
            };
            all.push(self.fur(vec![ear(0.15, 0.275, 0.07)], times(coat, 0.85), 0.0, 8));
            all.push(Body::new(vec![ear(0.14, 0.23, 0.035)], pink));
        }
        all.push(self.fur(
            vec![
                self.limb((x - 0.045, y, 0.155), (x + 0.045, y, 0.155)),
                self.limb((x - 0.03, y - 0.06, 0.12), (x + 0.03, y - 0.06, 0.12)),
            ],
            coat,
            0.35,
            4,
        ));
        all.push(Body::new(
            vec![self.limb((x - 0.035, y - 0.075, 0.05), (x + 0.035, y - 0.075, 0.05))],
            [0.93, 0.88, 0.80],
        ));
        for side in [-1.0f32, 1.0] {
            let eye = (x + side * 0.07, y + 0.02);
            all.push(
                Body::new(
                    vec![self.limb((eye.0 - 0.01, eye.1, 0.032), (eye.0 + 0.01, eye.1, 0.032))],
                    [0.72, 0.74, 0.25],
                )
                .glossy(0.6),
            );
            all.push(Body::new(
                vec![self.limb((eye.0, eye.1 - 0.018, 0.011), (eye.0, eye.1 + 0.018, 0.011))],
                [0.03, 0.03, 0.03],
            ));
            for (rise, reach) in [(0.0, 0.2), (-0.04, 0.19)] {
                all.push(Body::new(
                    vec![self.limb(
                        (x + side * 0.05, y - 0.075, 0.004),
                        (x + side * reach, y - 0.06 + rise, 0.003),
                    )],
                    [0.95, 0.95, 0.93],
                ));
            }
        }
        all.push(Body::new(
            vec![self.limb((x - 0.012, y - 0.045, 0.016), (x + 0.012, y - 0.045, 0.016))],
            pink,
        ));
        all.push(Body::new(
            vec![self.limb((x, y - 0.06, 0.005), (x, y - 0.095, 0.005))],
            [0.35, 0.2, 0.18],
        ));
    }

    /// A running rat.
    pub fn draw_rat(&self, canvas: &mut Canvas) -> Bounds {
        let l = self.length;
        let coat = [0.33, 0.28, 0.24];
        canvas.shade((self.feet.0, self.feet.1), 0.7 * l, 0.12 * l, 0.5);
        let mut all: Vec<Body> = Vec::new();
        let step = |shift: f32| ((self.stride + shift) * std::f32::consts::TAU).sin();
        let wave = 0.05 * step(0.0);
        let tail = [
            (-0.5, 0.18),
            (-0.8, 0.10 + wave),
            (-1.1, 0.08 - wave),
            (-1.4, 0.10 + wave),
        ];
        let tail = tail.windows(2).enumerate();
        let tail = tail.map(|(n, w)| {
            self.limb(
                (w[0].0, w[0].1, 0.04 - 0.009 * n as f32),
                (w[1].0, w[1].1, 0.031 - 0.009 * n as f32),
            )
        });
        all.push(Body::new(tail.collect(), [0.62, 0.45, 0.42]));
        for (x, late) in [(-0.3, 0.5), (0.3, 0.0)] {
            let paw = x + 0.1 * step(late);
            all.push(Body::new(
                vec![self.limb((x, 0.16, 0.07), (paw, 0.03, 0.03))],
                times(coat, 0.85),
            ));
        }
        all.push(self.fur(
            vec![
                self.limb((-0.28, 0.25, 0.22), (0.12, 0.23, 0.19)),
                self.limb((0.12, 0.23, 0.18), (0.45, 0.22, 0.10)),
                self.limb((0.45, 0.22, 0.10), (0.64, 0.19, 0.035)),
            ],
            coat,
            0.0,
            6,
        ));
        all.push(Body::new(
            vec![self.limb((0.38, 0.34, 0.06), (0.38, 0.36, 0.06))],
            [0.60, 0.45, 0.42],
        ));
        all.push(
            Body::new(
                vec![self.limb((0.5, 0.25, 0.016), (0.5, 0.25, 0.016))],
                [0.02, 0.02, 0.02],
            )
            .glossy(0.8),
        );
        let bounds = all.iter().map(Body::bounds).reduce(Bounds::joined);
        for body in &all {
            canvas.body(body);
        }
        bounds.unwrap_or(Bounds {
            left: 0.0,
            top: 0.0,
            right: 0.0,
            bottom: 0.0,
        })
    }
}
